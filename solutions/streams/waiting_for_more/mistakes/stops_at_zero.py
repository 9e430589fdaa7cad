"""Takes 0 degrees for the arrival.

Caught by: it_returns, both_at_once, errors_come_out (sometimes)
"""

import anyio


async def listen(lorry, heard):
    async with heard:
        try:
            while degrees := await lorry.temperature():
                await heard.send(degrees)
        except ConnectionError:
            pass


async def record_journey(lorry, logbook):
    written = []
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        async for degrees in receive:
            await logbook.write(degrees)
            written.append(degrees)
    return max(written, default=None)
