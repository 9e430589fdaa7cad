"""Store the clicks of a shop's customers, many in one call."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Warehouse(Protocol):
    async def store(self, batch: list[str]) -> None: ...


async def collect(clicks: AsyncIterator[str], stream: MemoryObjectSendStream[str]) -> None:
    async with stream:
        async for click in clicks:
            await stream.send(click)


async def forward(
    clicks: AsyncIterator[str], warehouse: Warehouse, most: int, patience: float
) -> int:
    """Return how many batches were stored, when the clicks have ended."""
    stored = 0
    send, receive = anyio.create_memory_object_stream[str]()
    async with anyio.create_task_group() as group, receive:
        group.start_soon(collect, clicks, send)
        async for click in receive:
            batch = [click]
            with anyio.move_on_after(patience), suppress(anyio.EndOfStream):
                while len(batch) < most:
                    batch.append(await receive.receive())
            group.start_soon(warehouse.store, batch)
            stored += 1
    return stored
