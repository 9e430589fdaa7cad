"""A list of what has come, and a condition by which scanners hear of it, and of the end."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Scan(Protocol):
    async def label(self, parcel: int) -> int: ...


class Table:
    def __init__(self) -> None:
        self.parcels: deque[int] = deque()
        self.is_over = False
        self.news = anyio.Condition()

    async def take(self) -> list[int]:
        async with self.news:
            while not self.parcels and not self.is_over:
                await self.news.wait()
            return [self.parcels.popleft()] if self.parcels else []


async def sort_parcels(belt: AsyncIterator[int], scan: Scan, scanners: int) -> dict[int, int]:
    table, bins = Table(), {}

    async def scanner() -> None:
        while taken := await table.take():
            for parcel in taken:
                bins[parcel] = await scan.label(parcel)

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
        async for parcel in belt:
            async with table.news:
                table.parcels.append(parcel)
                table.news.notify()
        async with table.news:
            table.is_over = True
            table.news.notify_all()
    return bins
