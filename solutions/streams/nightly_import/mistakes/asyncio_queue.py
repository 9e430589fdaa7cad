"""Uses a queue of asyncio, which trio does not have, and for which 0 means without a limit.

Caught by: bounded, no_slower (trio), errors_come_out (trio)
"""

import asyncio

import anyio


async def copy_rows(source, shop, room):
    stored = 0
    queue = asyncio.Queue(room - 1)

    async def read():
        row = ""
        while row is not None:
            row = await source.next_row()
            await queue.put(row)

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        while (row := await queue.get()) is not None:
            await shop.store(row)
            stored += 1
    return stored
