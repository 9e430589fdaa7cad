"""Makes the limit so long that hardly any send() meets it, and no proxy hears a ping in time.

Caught by: all_arrive (sometimes), on_time, errors_come_out (sometimes)
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
            with anyio.move_on_after(max(patience, 3600)) as silence:
                try:
                    event = await receive.receive()
                except anyio.EndOfStream:
                    break
                await browser.send(event)
                sent += 1
            if silence.cancelled_caught:
                await browser.ping()
    return sent
