"""Hand parcels from a belt to a few scanners."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream


class Scan(Protocol):
    async def label(self, parcel: int) -> int: ...


async def scanner(
    scan: Scan, parcels: MemoryObjectReceiveStream[int | None], bins: dict[int, int]
) -> None:
    while True:
        parcel = await parcels.receive()
        if parcel is None:  # No more will come.
            return
        bins[parcel] = await scan.label(parcel)


async def sort_parcels(belt: AsyncIterator[int], scan: Scan, scanners: int) -> dict[int, int]:
    """Return the bin of every parcel on the belt."""
    bins: dict[int, int] = {}
    send, receive = anyio.create_memory_object_stream[int | None]()
    async with anyio.create_task_group() as group:
        for _ in range(scanners):
            group.start_soon(scanner, scan, receive, bins)
        async for parcel in belt:
            await send.send(parcel)
        await send.send(None)
    return bins


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
