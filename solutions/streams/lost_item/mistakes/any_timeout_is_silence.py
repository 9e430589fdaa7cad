"""Sends inside the `try`, so that a TimeoutError of the browser counts as a time without events.

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
            try:
                with anyio.fail_after(patience):
                    event = await receive.receive()
                await browser.send(event)
                sent += 1
            except TimeoutError:
                await browser.ping()
            except anyio.EndOfStream:
                break
    return sent
