"""Catches ConnectionError around both tasks: it takes the logbook's for the lorry's, and gives up what is being written.

Caught by: it_returns, both_at_once, errors_come_out
"""

import anyio


async def listen(lorry, heard):
    async with heard:
        while (degrees := await lorry.temperature()) is not None:
            await heard.send(degrees)


async def record_journey(lorry, logbook):
    written = []
    send, receive = anyio.create_memory_object_stream()
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(listen, lorry, send)
            async for degrees in receive:
                await logbook.write(degrees)
                written.append(degrees)
    except* ConnectionError:
        pass
    return max(written, default=None)
