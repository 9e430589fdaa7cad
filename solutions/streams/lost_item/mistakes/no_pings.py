"""Takes the time limit out, and the pings with it.

Caught by: on_time, errors_come_out (sometimes)
"""

import anyio


async def collect(news, stream):
    async with stream:
        async for event in news:
            await stream.send(event)


async def relay(news, browser, patience):
    sent = 0
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(collect, news, send)
        async for event in receive:
            await browser.send(event)
            sent += 1
    return sent
