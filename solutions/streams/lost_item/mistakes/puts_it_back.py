"""Puts an event whose sending was broken off back into the stream, behind all the others.

Caught by: all_arrive, on_time, errors_come_out
"""

import anyio


async def relay(news, browser, patience):
    sent = 0
    send, receive = anyio.create_memory_object_stream(100)

    async def collect():
        async for event in news:
            await send.send(event)
        await send.send(None)

    async with anyio.create_task_group() as group:
        group.start_soon(collect)
        while True:
            event = None
            with anyio.move_on_after(patience) as silence:
                event = await receive.receive()
                if event is None:
                    break
                await browser.send(event)
                sent += 1
            if silence.cancelled_caught:
                if event is not None:
                    send.send_nowait(event)
                await browser.ping()
    return sent
