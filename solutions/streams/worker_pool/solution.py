"""Hand parcels from a belt to a few scanners."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream


class Scan(Protocol):
    async def label(self, parcel: int) -> int: ...


async def scanner(
    scan: Scan, parcels: MemoryObjectReceiveStream[int], bins: dict[int, int]
) -> None:
    async with parcels:
        async for parcel in parcels:
            bins[parcel] = await scan.label(parcel)


async def sort_parcels(belt: AsyncIterator[int], scan: Scan, scanners: int) -> dict[int, int]:
    """Return the bin of every parcel on the belt."""
    bins: dict[int, int] = {}
    send, receive = anyio.create_memory_object_stream[int]()
    async with anyio.create_task_group() as group, receive:
        for _ in range(scanners):
            group.start_soon(scanner, scan, receive.clone(), bins)
        async with send:
            async for parcel in belt:
                await send.send(parcel)
    return bins
