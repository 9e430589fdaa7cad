"""A permit for each row that may wait, taken before it is read and given back when it goes to the shop."""

from typing import Protocol

import anyio


class Source(Protocol):
    async def next_row(self) -> str | None: ...


class Shop(Protocol):
    async def store(self, row: str) -> None: ...


async def copy_rows(source: Source, shop: Shop, room: int) -> int:
    """Return how many rows were copied; at most `room` of them wait."""
    stored = 0
    permits = anyio.Semaphore(room)
    send, receive = anyio.create_memory_object_stream[str](room)

    async def read() -> None:
        with send:
            await permits.acquire()
            while (row := await source.next_row()) is not None:
                send.send_nowait(row)
                await permits.acquire()

    with receive:
        async with anyio.create_task_group() as group:
            group.start_soon(read)
            async for row in receive:
                permits.release()
                await shop.store(row)
                stored += 1
    return stored
