"""Stores what is left when the clicks have ended, and leaves it lying until then.

Caught by: in_time, errors_come_out (sometimes), gives_way (sometimes)
"""

import anyio


async def forward(clicks, warehouse, most, patience):
    stored = 0
    batch = []
    async with anyio.create_task_group() as group:
        async for click in clicks:
            batch.append(click)
            if len(batch) == most:
                group.start_soon(warehouse.store, batch)
                stored += 1
                batch = []
        if batch:
            group.start_soon(warehouse.store, batch)
            stored += 1
    return stored
