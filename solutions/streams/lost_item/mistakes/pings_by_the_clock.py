"""A task of its own pings again and again, whatever else is on the line.

Caught by: all_arrive, on_time, errors_come_out
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

        async def keep_open():
            while True:
                await anyio.sleep(patience)
                await browser.ping()

        group.start_soon(keep_open)
        async for event in receive:
            await browser.send(event)
            sent += 1
        group.cancel_scope.cancel()
    return sent
