"""Counts the time from when the last event came, and not from when the line was free again.

Caught by: on_time
"""

import anyio


async def collect(news, stream):
    async with stream:
        async for event in news:
            await stream.send(event)


async def relay(news, browser, patience):
    sent = 0
    send, receive = anyio.create_memory_object_stream(100)
    async with anyio.create_task_group() as group:
        group.start_soon(collect, news, send)
        due = anyio.current_time() + patience
        while True:
            with anyio.CancelScope(deadline=due) as silence:
                try:
                    event = await receive.receive()
                except anyio.EndOfStream:
                    break
                due = anyio.current_time() + patience
            if silence.cancelled_caught:
                await browser.ping()
                due = anyio.current_time() + patience
            else:
                await browser.send(event)
                sent += 1
    return sent
