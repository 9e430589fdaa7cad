"""Waits for the next click with asyncio's own queue and timeout.

Caught by: in_time (trio), returns_in_the_end (trio), errors_come_out, gives_way
"""

import asyncio

END = object()


async def forward(clicks, warehouse, most, patience):
    queue = asyncio.Queue()

    async def collect():
        async for click in clicks:
            queue.put_nowait(click)
        queue.put_nowait(END)

    loop = asyncio.get_running_loop()
    tasks = [asyncio.create_task(collect())]
    click = await queue.get()
    while click is not END:
        batch = [click]
        over = loop.time() + patience
        while len(batch) < most:
            try:
                click = await asyncio.wait_for(queue.get(), over - loop.time())
            except TimeoutError:
                break
            if click is END:
                break
            batch.append(click)
        tasks.append(asyncio.create_task(warehouse.store(batch)))
        if click is not END:
            click = await queue.get()
    await asyncio.gather(*tasks)
    return len(tasks) - 1
