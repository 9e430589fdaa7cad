"""No lock: each call waits until all that came before it at its table have ended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import anyio


class Till(Protocol):
    """Holds the bill of each table; a call takes a while."""

    async def read(self, table: int) -> list[str]: ...

    async def write(self, table: int, dishes: list[str]) -> None: ...


class Terminal(Protocol):
    """Charges a card, which the guest has to find first."""

    async def charge(self, table: int, dishes: list[str]) -> None: ...


class Bills:
    """The bills of all tables."""

    def __init__(self, till: Till, terminal: Terminal) -> None:
        self._till = till
        self._terminal = terminal
        self._calls: dict[int, list[anyio.Event]] = {}

    @asynccontextmanager
    async def _turn(self, table: int) -> AsyncIterator[None]:
        calls = self._calls.setdefault(table, [])
        earlier = tuple(calls)
        end = anyio.Event()
        calls.append(end)
        try:
            for event in earlier:
                await event.wait()
            yield
        finally:
            end.set()
            calls.remove(end)
            if not calls:
                del self._calls[table]

    async def order(self, table: int, dish: str) -> None:
        async with self._turn(table):
            await self._till.write(table, [*await self._till.read(table), dish])

    async def pay(self, table: int) -> list[str]:
        async with self._turn(table):
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes
