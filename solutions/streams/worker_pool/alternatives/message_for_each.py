"""As many messages of the end as there are scanners, in a stream that is long enough for all."""

import math
from collections.abc import AsyncIterator
from typing import Protocol

import anyio

THE_END = object()


class Scan(Protocol):
    async def label(self, parcel: int) -> int: ...


async def sort_parcels(belt: AsyncIterator[int], scan: Scan, scanners: int) -> dict[int, int]:
    bins: dict[int, int] = {}
    send, receive = anyio.create_memory_object_stream[object](math.inf)

    async def scanner() -> None:
        while (parcel := await receive.receive()) is not THE_END:
            assert isinstance(parcel, int)
            bins[parcel] = await scan.label(parcel)

    with send, receive:
        async with anyio.create_task_group() as group:
            for _ in range(scanners):
                group.start_soon(scanner)
            async for parcel in belt:
                await send.send(parcel)
            for _ in range(scanners):
                await send.send(THE_END)
    return bins
