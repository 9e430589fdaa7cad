"""A list and a condition, and a class around them."""

from collections import deque
from typing import Protocol

import anyio


class Source(Protocol):
    async def next_row(self) -> str | None: ...


class Shop(Protocol):
    async def store(self, row: str) -> None: ...


class Copying:
    """Rows on their way from a source to a shop."""

    def __init__(self, source: Source, shop: Shop, room: int) -> None:
        self.source = source
        self.shop = shop
        self.room = room
        self.rows: deque[str | None] = deque()
        self.changed = anyio.Condition()
        self.stored = 0

    async def read(self) -> None:
        row: str | None = ""
        while row is not None:
            async with self.changed:
                while len(self.rows) >= self.room:
                    await self.changed.wait()
            row = await self.source.next_row()
            async with self.changed:
                self.rows.append(row)
                self.changed.notify_all()

    async def store(self) -> None:
        while True:
            async with self.changed:
                while not self.rows:
                    await self.changed.wait()
                row = self.rows.popleft()
                self.changed.notify_all()
            if row is None:
                return
            await self.shop.store(row)
            self.stored += 1


async def copy_rows(source: Source, shop: Shop, room: int) -> int:
    """Return how many rows were copied; at most `room` of them wait."""
    copying = Copying(source, shop, room)
    async with anyio.create_task_group() as group:
        group.start_soon(copying.read)
        group.start_soon(copying.store)
    return copying.stored
