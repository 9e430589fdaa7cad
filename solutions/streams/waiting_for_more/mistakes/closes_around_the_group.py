"""Closes both ends after the task group, which waits for whoever waits for that.

Caught by: it_returns, both_at_once, errors_come_out
"""

import anyio


async def listen(lorry, heard):
    while True:
        try:
            degrees = await lorry.temperature()
        except ConnectionError:
            return
        if degrees is None:
            return
        await heard.send(degrees)


async def record_journey(lorry, logbook):
    written = []

    async def write_down(heard):
        async for degrees in heard:
            await logbook.write(degrees)
            written.append(degrees)

    send, receive = anyio.create_memory_object_stream()
    async with send, receive, anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        group.start_soon(write_down, receive)
    return max(written, default=None)
