"""Copy the rows of a price list into a shop."""

import math
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Source(Protocol):
    async def next_row(self) -> str | None: ...


class Shop(Protocol):
    async def store(self, row: str) -> None: ...


async def read(source: Source, rows: MemoryObjectSendStream[str]) -> None:
    async with rows:
        while (row := await source.next_row()) is not None:
            await rows.send(row)


async def copy_rows(source: Source, shop: Shop, room: int) -> int:
    """Return how many rows were copied; at most `room` of them wait."""
    stored = 0
    send, receive = anyio.create_memory_object_stream[str](math.inf)
    async with anyio.create_task_group() as group:
        group.start_soon(read, source, send)
        async for row in receive:
            await shop.store(row)
            stored += 1
    return stored


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
