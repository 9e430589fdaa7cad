"""Looks ten times within its patience whether something has come.

Caught by: on_time, errors_come_out (sometimes)
"""

import anyio


async def relay(news, browser, patience):
    events, sent, is_over = [], 0, False

    async def collect():
        nonlocal is_over
        async for event in news:
            events.append(event)
        is_over = True

    async with anyio.create_task_group() as group:
        group.start_soon(collect)
        looks = 0
        while events or not is_over:
            if events:
                await browser.send(events.pop(0))
                sent += 1
                looks = 0
            elif looks == 10:
                await browser.ping()
                looks = 0
            else:
                await anyio.sleep(patience / 10)
                looks += 1
    return sent
