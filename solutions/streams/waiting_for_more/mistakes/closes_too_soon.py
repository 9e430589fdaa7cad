"""Closes the sending end where the task is started, and not where it ends: nothing can be sent.

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
    highest = None
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        async with send:
            group.start_soon(listen, lorry, send)
        async for degrees in receive:
            await logbook.write(degrees)
            if highest is None or degrees > highest:
                highest = degrees
    return highest
