"""Takes an error of the source for its end.

Caught by: errors_come_out
"""

import anyio


async def read(source, rows):
    async with rows:
        try:
            while (row := await source.next_row()) is not None:
                await rows.send(row)
        except Exception as error:
            print(f"the source has failed: {error}")


async def copy_rows(source, shop, room):
    stored = 0
    send, receive = anyio.create_memory_object_stream(room - 1)
    async with anyio.create_task_group() as group:
        group.start_soon(read, source, send)
        async for row in receive:
            await shop.store(row)
            stored += 1
    return stored
