"""Looks once an hour whether there is room again.

Caught by: no_slower
"""

import anyio


async def read(source, rows, room):
    async with rows:
        while (row := await source.next_row()) is not None:
            rows.send_nowait(row)
            while rows.statistics().current_buffer_used >= room:
                await anyio.sleep(3600)


async def copy_rows(source, shop, room):
    stored = 0
    send, receive = anyio.create_memory_object_stream(1000)
    async with anyio.create_task_group() as group:
        group.start_soon(read, source, send, room)
        async for row in receive:
            await shop.store(row)
            stored += 1
    return stored
