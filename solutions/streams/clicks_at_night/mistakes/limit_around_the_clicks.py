"""Puts a time limit around the wait for a click, and ends the clicks by that.

Caught by: in_time, returns_in_the_end, errors_come_out (sometimes), gives_way
"""

import anyio


async def forward(clicks, warehouse, most, patience):
    stored = 0
    over = False
    async with anyio.create_task_group() as group:
        while not over:
            batch = []
            with anyio.CancelScope() as scope:
                while len(batch) < most:
                    try:
                        batch.append(await anext(clicks))
                    except StopAsyncIteration:
                        over = True
                        break
                    if len(batch) == 1:
                        scope.deadline = anyio.current_time() + patience
            if batch:
                group.start_soon(warehouse.store, batch)
                stored += 1
    return stored
