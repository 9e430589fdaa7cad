"""Has no message of the end, but looks for it when nothing has come for a while.

Caught by: on_time, errors_come_out (sometimes)
"""

import anyio


async def relay(news, browser, patience):
    sent, is_over = 0, False
    send, receive = anyio.create_memory_object_stream(100)

    async def collect():
        nonlocal is_over
        async for event in news:
            await send.send(event)
        is_over = True

    async with anyio.create_task_group() as group:
        group.start_soon(collect)
        while True:
            with anyio.move_on_after(patience) as silence:
                event = await receive.receive()
            if not silence.cancelled_caught:
                await browser.send(event)
                sent += 1
            elif is_over:
                break
            else:
                await browser.ping()
    return sent
