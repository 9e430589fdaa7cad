"""Takes an event without text for a time without events.

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
        while True:
            event = None
            with anyio.move_on_after(patience):
                try:
                    event = await receive.receive()
                except anyio.EndOfStream:
                    break
            if event:
                await browser.send(event)
                sent += 1
            else:
                await browser.ping()
    return sent
