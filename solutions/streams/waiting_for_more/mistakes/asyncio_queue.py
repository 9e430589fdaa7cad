"""A queue of asyncio's, and a task that nobody waits for: trio has neither.

Caught by: it_returns (trio), both_at_once (trio), errors_come_out
"""

import asyncio


async def record_journey(lorry, logbook):
    queue = asyncio.Queue()

    async def listen():
        try:
            while (degrees := await lorry.temperature()) is not None:
                queue.put_nowait(degrees)
        except ConnectionError:
            pass
        queue.put_nowait(None)

    listening = asyncio.create_task(listen())
    written = []
    while (degrees := await queue.get()) is not None:
        await logbook.write(degrees)
        written.append(degrees)
    await listening
    return max(written, default=None)
