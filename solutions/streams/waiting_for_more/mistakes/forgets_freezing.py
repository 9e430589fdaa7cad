"""Asks whether there is a highest temperature by its truth: one of 0 degrees is forgotten for a lower one.

Caught by: it_returns, both_at_once, errors_come_out (sometimes)
"""

import anyio


async def listen(lorry, heard):
    with heard:
        try:
            while (degrees := await lorry.temperature()) is not None:
                await heard.send(degrees)
        except ConnectionError:
            pass


async def record_journey(lorry, logbook):
    highest = None
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        async for degrees in receive:
            await logbook.write(degrees)
            if not highest or degrees > highest:
                highest = degrees
    return highest
