"""No stream at all: each scanner goes to the belt itself, and a lock lets one of them wait there."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Scan(Protocol):
    async def label(self, parcel: int) -> int: ...


async def sort_parcels(belt: AsyncIterator[int], scan: Scan, scanners: int) -> dict[int, int]:
    bins: dict[int, int] = {}
    lock = anyio.Lock()
    has_ended = False

    async def scanner() -> None:
        nonlocal has_ended
        while True:
            async with lock:
                if has_ended:
                    return
                try:
                    parcel = await anext(belt)
                except StopAsyncIteration:
                    has_ended = True
                    return
            bins[parcel] = await scan.label(parcel)

    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner)
    return bins
