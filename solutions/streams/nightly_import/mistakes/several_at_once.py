"""Has the shop store as many rows at once as there is room for.

Caught by: bounded, no_slower, errors_come_out (sometimes)
"""

import anyio


async def copy_rows(source, shop, room):
    stored = 0
    permits = anyio.Semaphore(room)

    async def store(row):
        nonlocal stored
        async with permits:
            await shop.store(row)
        stored += 1

    async with anyio.create_task_group() as group:
        while (row := await source.next_row()) is not None:
            group.start_soon(store, row)
    return stored
