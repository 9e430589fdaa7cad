"""A queue of asyncio's, and asyncio's own time limit: trio has neither.

Caught by: all_arrive (trio), on_time (trio), errors_come_out
"""

import asyncio


async def relay(news, browser, patience):
    queue = asyncio.Queue()

    async def collect():
        async for event in news:
            queue.put_nowait(event)
        queue.put_nowait(None)

    collecting = asyncio.create_task(collect())
    sent = 0
    while True:
        try:
            event = await asyncio.wait_for(queue.get(), patience)
        except TimeoutError:
            await browser.ping()
            continue
        if event is None:
            await collecting
            return sent
        await browser.send(event)
        sent += 1
