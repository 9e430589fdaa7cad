"""Keep the bills of a restaurant."""

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
        self._lock = anyio.Lock()

    async def order(self, table: int, dish: str) -> None:
        """Put a dish onto the bill of a table."""
        async with self._lock:
            dishes = await self._till.read(table)
            await self._till.write(table, [*dishes, dish])

    async def pay(self, table: int) -> list[str]:
        """Charge the bill of a table, and begin a new one."""
        async with self._lock:
            dishes = await self._till.read(table)
            await self._terminal.charge(table, dishes)
            await self._till.write(table, [])
            return dishes


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
