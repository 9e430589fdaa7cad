"""Takes an `EndOfStream` of the shop for the end of its own stream.

Caught by: errors_come_out
"""

import anyio


async def read(source, rows):
    async with rows:
        while (row := await source.next_row()) is not None:
            await rows.send(row)


async def copy_rows(source, shop, room):
    stored = 0
    send, receive = anyio.create_memory_object_stream(room - 1)
    async with anyio.create_task_group() as group:
        group.start_soon(read, source, send)
        try:
            while True:
                await shop.store(await receive.receive())
                stored += 1
        except anyio.EndOfStream:
            pass
    return stored
