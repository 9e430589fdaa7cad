"""A task for each parcel, and a limiter for the scanners; the belt is never kept waiting."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Scan(Protocol):
    async def label(self, parcel: int) -> int: ...


class Depot:
    def __init__(self, scan: Scan, scanners: int) -> None:
        self.scan = scan
        self.free = anyio.CapacityLimiter(scanners)
        self.bins: dict[int, int] = {}

    async def sort(self, parcel: int) -> None:
        async with self.free:
            self.bins[parcel] = await self.scan.label(parcel)


async def sort_parcels(belt: AsyncIterator[int], scan: Scan, scanners: int) -> dict[int, int]:
    depot = Depot(scan, scanners)
    async with anyio.create_task_group() as group:
        async for parcel in belt:
            group.start_soon(depot.sort, parcel)
    return depot.bins
