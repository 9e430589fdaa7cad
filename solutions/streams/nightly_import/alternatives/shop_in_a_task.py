"""The shop has the task, and the rows are read in the block."""

from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream


class Source(Protocol):
    async def next_row(self) -> str | None: ...


class Shop(Protocol):
    async def store(self, row: str) -> None: ...


async def store_all(shop: Shop, rows: MemoryObjectReceiveStream[str]) -> int:
    stored = 0
    with rows:
        async for row in rows:
            await shop.store(row)
            stored += 1
    return stored


async def copy_rows(source: Source, shop: Shop, room: int) -> int:
    """Return how many rows were copied; at most `room` of them wait."""
    send, receive = anyio.create_memory_object_stream[str](room - 1)
    async with anyio.create_task_group() as group:
        storing = group.start_soon(store_all, shop, receive)
        with send:
            while (row := await source.next_row()) is not None:
                await send.send(row)
    return storing.return_value
