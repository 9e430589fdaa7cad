"""Counts the events of all browsers in the module.

Caught by: all_arrive, on_time, errors_come_out
"""

import anyio

sent = 0


async def collect(news, stream):
    async with stream:
        async for event in news:
            await stream.send(event)


async def relay(news, browser, patience):
    global sent
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(collect, news, send)
        while True:
            with anyio.move_on_after(patience) as silence:
                try:
                    event = await receive.receive()
                except anyio.EndOfStream:
                    break
            if silence.cancelled_caught:
                await browser.ping()
            else:
                await browser.send(event)
                sent += 1
    return sent
