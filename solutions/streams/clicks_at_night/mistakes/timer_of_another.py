"""Lets the timer of a batch that is long full end the one that is being filled now.

Caught by: in_time, errors_come_out (sometimes), gives_way (sometimes)
"""

import anyio


async def forward(clicks, warehouse, most, patience):
    stored = 0
    batch = []
    async with anyio.create_task_group() as group, anyio.create_task_group() as timers:

        def flush():
            nonlocal batch, stored
            if batch:
                group.start_soon(warehouse.store, batch)
                stored += 1
                batch = []

        async def wait():
            await anyio.sleep(patience)
            flush()

        async for click in clicks:
            batch.append(click)
            if len(batch) == 1:
                timers.start_soon(wait)
            if len(batch) == most:
                flush()
        flush()
        timers.cancel_scope.cancel()
    return stored
