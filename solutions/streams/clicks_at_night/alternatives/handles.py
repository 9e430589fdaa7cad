"""A task handle for each look at the clicks: the wait for it can be given up, and the look goes on."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Warehouse(Protocol):
    async def store(self, batch: list[str]) -> None: ...


async def forward(
    clicks: AsyncIterator[str], warehouse: Warehouse, most: int, patience: float
) -> int:
    async def look() -> str | None:
        return await anext(clicks, None)

    stored = 0
    async with anyio.create_task_group() as group:
        coming = group.start_soon(look)
        while (click := await coming) is not None:
            batch = [click]
            over = anyio.current_time() + patience
            coming = group.start_soon(look)
            while len(batch) < most:
                with anyio.move_on_at(over):
                    await coming.wait()
                if coming.status is not anyio.TaskHandle.Status.FINISHED:
                    break
                if (click := coming.return_value) is None:
                    break
                batch.append(click)
                coming = group.start_soon(look)
            group.start_soon(warehouse.store, batch)
            stored += 1
    return stored
