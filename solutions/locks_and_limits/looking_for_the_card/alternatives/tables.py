"""A class for a table, which has its lock and does the work."""

from typing import Protocol

import anyio
import anyio.lowlevel


class Till(Protocol):
    """Holds the bill of each table; a call takes a while."""

    async def read(self, table: int) -> list[str]: ...

    async def write(self, table: int, dishes: list[str]) -> None: ...


class Terminal(Protocol):
    """Charges a card, which the guest has to find first."""

    async def charge(self, table: int, dishes: list[str]) -> None: ...


class Table:
    """One table, at which one thing is done at a time."""

    def __init__(self, number: int, till: Till, terminal: Terminal) -> None:
        self._number = number
        self._till = till
        self._terminal = terminal
        self._lock = anyio.Lock()

    async def order(self, dish: str) -> None:
        async with self._lock:
            await anyio.lowlevel.checkpoint()
            dishes = await self._till.read(self._number)
            await self._till.write(self._number, [*dishes, dish])

    async def pay(self) -> list[str]:
        async with self._lock:
            dishes = await self._till.read(self._number)
            await self._terminal.charge(self._number, dishes)
            await self._till.write(self._number, [])
            return dishes


class Bills:
    """The bills of all tables."""

    def __init__(self, till: Till, terminal: Terminal) -> None:
        self._till = till
        self._terminal = terminal
        self._tables: dict[int, Table] = {}

    def _at(self, number: int) -> Table:
        if number not in self._tables:
            self._tables[number] = Table(number, self._till, self._terminal)
        return self._tables[number]

    async def order(self, table: int, dish: str) -> None:
        """Put a dish onto the bill of a table."""
        await self._at(table).order(dish)

    async def pay(self, table: int) -> list[str]:
        """Charge the bill of a table, and begin a new one."""
        return await self._at(table).pay()
