"""A list, and two events: one for the side that waits for a row, one for the side that waits for room."""

from typing import Protocol

import anyio


class Source(Protocol):
    async def next_row(self) -> str | None: ...


class Shop(Protocol):
    async def store(self, row: str) -> None: ...


async def copy_rows(source: Source, shop: Shop, room: int) -> int:
    """Return how many rows were copied; at most `room` of them wait."""
    rows: list[str] = []
    stored, is_over = 0, False
    came, went = anyio.Event(), anyio.Event()

    async def read() -> None:
        nonlocal came, went, is_over
        while (row := await source.next_row()) is not None:
            rows.append(row)
            came.set()
            while len(rows) >= room:
                went = anyio.Event()
                await went.wait()
        is_over = True
        came.set()

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        while rows or not is_over:
            if not rows:
                came = anyio.Event()
                await came.wait()
                continue
            row = rows.pop(0)
            went.set()
            await shop.store(row)
            stored += 1
    return stored
