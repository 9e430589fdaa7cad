"""Takes an error of the browser for the end of its own stream.

Caught by: errors_come_out
"""

import math
import anyio
import anyio.lowlevel

async def collect(news, stream):
    async with stream:
        async for event in news:
            await stream.send(event)


async def relay(news, browser, patience):
    sent = 0
    send, receive = anyio.create_memory_object_stream[str]()
    async with anyio.create_task_group() as group:
        group.start_soon(collect, news, send)
        try:
            while True:
                event = None
                with anyio.move_on_after(patience):
                    event = await receive.receive()
                if event is None:
                    await browser.ping()
                else:
                    await browser.send(event)
                    sent += 1
        except anyio.EndOfStream:
            group.cancel_scope.cancel()
    return sent
