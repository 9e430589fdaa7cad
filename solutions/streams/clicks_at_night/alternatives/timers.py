"""A timer for each batch, with a scope that is cancelled when the batch is full."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Warehouse(Protocol):
    async def store(self, batch: list[str]) -> None: ...


async def forward(
    clicks: AsyncIterator[str], warehouse: Warehouse, most: int, patience: float
) -> int:
    stored = 0
    batch: list[str] = []
    timer = anyio.CancelScope()

    async with anyio.create_task_group() as group:

        def close() -> None:
            nonlocal batch, stored
            timer.cancel()
            if batch:
                group.start_soon(warehouse.store, batch)
                stored += 1
                batch = []

        async def wait(scope: anyio.CancelScope, mine: list[str]) -> None:
            with scope:
                await anyio.sleep(patience)
                if batch is mine:
                    close()

        async for click in clicks:
            if not batch:
                timer = anyio.CancelScope()
                batch = []
                group.start_soon(wait, timer, batch)
            batch.append(click)
            if len(batch) == most:
                close()
        close()
    return stored
