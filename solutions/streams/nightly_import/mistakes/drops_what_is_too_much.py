"""Drops a row for which there is no room.

Caught by: bounded, no_slower, errors_come_out
"""

import anyio


async def read(source, rows):
    async with rows:
        while (row := await source.next_row()) is not None:
            try:
                rows.send_nowait(row)
            except anyio.WouldBlock:
                pass


async def copy_rows(source, shop, room):
    stored = 0
    send, receive = anyio.create_memory_object_stream(room - 1)
    async with anyio.create_task_group() as group:
        group.start_soon(read, source, send)
        async for row in receive:
            await shop.store(row)
            stored += 1
    return stored
