"""Cancels everything when the news have ended, and with it what has not been sent.

Caught by: all_arrive, on_time, errors_come_out
"""

import anyio


async def relay(news, browser, patience):
    sent = 0
    send, receive = anyio.create_memory_object_stream(100)

    async def forward():
        nonlocal sent
        while True:
            with anyio.move_on_after(patience) as silence:
                event = await receive.receive()
            if silence.cancelled_caught:
                await browser.ping()
            else:
                await browser.send(event)
                sent += 1

    async with anyio.create_task_group() as group:
        group.start_soon(forward)
        async for event in news:
            await send.send(event)
        group.cancel_scope.cancel()
    return sent
