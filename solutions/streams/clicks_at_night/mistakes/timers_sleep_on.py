"""Never cancels a timer, so that it returns when the last of them has slept enough.

Caught by: returns_in_the_end, errors_come_out (sometimes), gives_way (sometimes)
"""

import anyio


async def forward(clicks, warehouse, most, patience):
    stored = 0
    batch = []
    async with anyio.create_task_group() as group:

        def flush():
            nonlocal batch, stored
            if batch:
                group.start_soon(warehouse.store, batch)
                stored += 1
                batch = []

        async def wait(mine):
            await anyio.sleep(patience)
            if batch is mine:
                flush()

        async for click in clicks:
            batch.append(click)
            if len(batch) == 1:
                group.start_soon(wait, batch)
            if len(batch) == most:
                flush()
        flush()
    return stored
