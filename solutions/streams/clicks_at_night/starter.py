"""Store the clicks of a shop's customers, many in one call."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Warehouse(Protocol):
    async def store(self, batch: list[str]) -> None: ...


async def forward(
    clicks: AsyncIterator[str], warehouse: Warehouse, most: int, patience: float
) -> int:
    """Return how many batches were stored, when the clicks have ended."""
    stored = 0
    batch: list[str] = []
    async with anyio.create_task_group() as group:
        async for click in clicks:
            batch.append(click)
            if len(batch) == most:
                group.start_soon(warehouse.store, batch)
                stored += 1
                batch = []
    return stored


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
