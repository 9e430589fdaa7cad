"""Begins the search for the highest temperature at 0, so that a cold journey was never colder.

Caught by: it_returns, both_at_once, errors_come_out
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
    highest = 0
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(listen, lorry, send)
        async for degrees in receive:
            await logbook.write(degrees)
            highest = max(highest, degrees)
    return highest
