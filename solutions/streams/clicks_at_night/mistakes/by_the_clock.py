"""Stores what there is every so many seconds, whenever that came.

Caught by: in_time, errors_come_out (sometimes), gives_way (sometimes)
"""

import anyio


async def forward(clicks, warehouse, most, patience):
    stored = 0
    batch = []
    async with anyio.create_task_group() as group, anyio.create_task_group() as clock:

        def flush():
            nonlocal batch, stored
            if batch:
                group.start_soon(warehouse.store, batch)
                stored += 1
                batch = []

        async def tick():
            while True:
                await anyio.sleep(patience)
                flush()

        clock.start_soon(tick)
        async for click in clicks:
            batch.append(click)
            if len(batch) == most:
                flush()
        flush()
        clock.cancel_scope.cancel()
    return stored
