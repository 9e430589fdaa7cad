"""Has no message of the end: looks once a minute whether the other task has returned.

Caught by: it_returns, both_at_once
"""

import anyio


async def record_journey(lorry, logbook):
    heard, written, is_over = [], [], False

    async def listen():
        nonlocal is_over
        try:
            while (degrees := await lorry.temperature()) is not None:
                heard.append(degrees)
        except ConnectionError:
            pass
        is_over = True

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        while heard or not is_over:
            if not heard:
                await anyio.sleep(60)
                continue
            degrees = heard.pop(0)
            await logbook.write(degrees)
            written.append(degrees)
    return max(written, default=None)
