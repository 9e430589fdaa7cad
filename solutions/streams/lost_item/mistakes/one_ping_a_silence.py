"""Pings once, and then waits for the next event, however long that takes.

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
        while True:
            try:
                with anyio.move_on_after(patience) as silence:
                    event = await receive.receive()
                if silence.cancelled_caught:
                    await browser.ping()
                    event = await receive.receive()
            except anyio.EndOfStream:
                break
            await browser.send(event)
            sent += 1
    return sent
