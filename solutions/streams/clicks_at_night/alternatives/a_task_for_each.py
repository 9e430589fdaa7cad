"""A task for each batch: it waits until the batch is full, or its time over, and stores it."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Warehouse(Protocol):
    async def store(self, batch: list[str]) -> None: ...


class Batch:
    def __init__(self) -> None:
        self.clicks: list[str] = []
        self.is_over = False
        self.full = anyio.Event()


async def forward(
    clicks: AsyncIterator[str], warehouse: Warehouse, most: int, patience: float
) -> int:
    batches: list[Batch] = []

    async def look_after(batch: Batch) -> None:
        with anyio.move_on_after(patience):
            await batch.full.wait()
        batch.is_over = True
        await warehouse.store(batch.clicks)

    async with anyio.create_task_group() as group:
        async for click in clicks:
            if not batches or batches[-1].is_over:
                batches.append(Batch())
                group.start_soon(look_after, batches[-1])
            batches[-1].clicks.append(click)
            if len(batches[-1].clicks) == most:
                batches[-1].is_over = True
                batches[-1].full.set()
        if batches:
            batches[-1].full.set()
    return len(batches)
