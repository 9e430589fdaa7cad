"""Shields the sending from the time limit, and with that from every cancellation.

Caught by: errors_come_out
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
            with anyio.move_on_after(patience) as silence:
                try:
                    event = await receive.receive()
                except anyio.EndOfStream:
                    break
                with anyio.CancelScope(shield=True):
                    await browser.send(event)
                sent += 1
            if silence.cancelled_caught:
                await browser.ping()
    return sent
