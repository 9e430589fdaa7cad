"""Gives the permit of a row back only when it has been stored.

Caught by: no_slower
"""

import anyio


async def read(source, rows, permits):
    async with rows:
        await permits.acquire()
        while (row := await source.next_row()) is not None:
            await rows.send(row)
            await permits.acquire()


async def copy_rows(source, shop, room):
    stored = 0
    permits = anyio.Semaphore(room)
    send, receive = anyio.create_memory_object_stream(room)
    async with anyio.create_task_group() as group:
        group.start_soon(read, source, send, permits)
        async for row in receive:
            await shop.store(row)
            permits.release()
            stored += 1
    return stored
