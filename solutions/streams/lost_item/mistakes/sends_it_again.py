"""Keeps an event that could not be sent in time, and sends it again: the browser gets a half and a whole.

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
        event = None
        while True:
            with anyio.move_on_after(patience) as silence:
                if event is None:
                    try:
                        event = await receive.receive()
                    except anyio.EndOfStream:
                        break
                await browser.send(event)
                event = None
                sent += 1
            if silence.cancelled_caught:
                await browser.ping()
    return sent
