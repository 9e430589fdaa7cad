"""Calls the lorry again after a second when the radio has failed, for ever.

Caught by: it_returns, both_at_once, errors_come_out
"""

import anyio


async def listen(lorry, heard):
    with heard:
        while True:
            try:
                degrees = await lorry.temperature()
            except ConnectionError:
                await anyio.sleep(1)
                continue
            if degrees is None:
                return
            await heard.send(degrees)


async def record_journey(lorry, logbook):
    written = []
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        async for degrees in receive:
            await logbook.write(degrees)
            written.append(degrees)
    return max(written, default=None)
