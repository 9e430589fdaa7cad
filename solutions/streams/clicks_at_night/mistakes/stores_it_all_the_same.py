"""Stores what is left in a `finally`, behind a shield, whatever ended the clicks.

Caught by: errors_come_out, gives_way
"""

import anyio


async def forward(clicks, warehouse, most, patience):
    stored = 0
    batch = []
    async with anyio.create_task_group() as group, anyio.create_task_group() as timers:

        def take():
            nonlocal batch, stored
            taken, batch = batch, []
            stored += 1
            return taken

        async def wait(mine):
            await anyio.sleep(patience)
            if batch is mine:
                group.start_soon(warehouse.store, take())

        try:
            async for click in clicks:
                batch.append(click)
                if len(batch) == most:
                    group.start_soon(warehouse.store, take())
                elif len(batch) == 1:
                    timers.start_soon(wait, batch)
        finally:
            timers.cancel_scope.cancel()
            if batch:
                with anyio.CancelScope(shield=True):
                    await warehouse.store(take())
    return stored
