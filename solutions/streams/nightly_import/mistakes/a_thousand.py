"""Takes a number that is large, and not infinite.

Caught by: bounded
"""

import anyio


async def read(source, rows):
    async with rows:
        while (row := await source.next_row()) is not None:
            await rows.send(row)


async def copy_rows(source, shop, room):
    stored = 0
    send, receive = anyio.create_memory_object_stream(1000)
    async with anyio.create_task_group() as group:
        group.start_soon(read, source, send)
        async for row in receive:
            await shop.store(row)
            stored += 1
    return stored
