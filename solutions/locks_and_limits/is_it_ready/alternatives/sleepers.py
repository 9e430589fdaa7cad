"""Each reader sleeps in a scope of its own, which make() cancels."""

from collections import defaultdict
from typing import Protocol

import anyio


class Office(Protocol):
    async def make(self, report: str) -> None: ...

    async def fetch(self, report: str, reader: str) -> str: ...


class Gate:
    """Closed at first; once it has been opened, it stays open."""

    def __init__(self) -> None:
        self._open = False
        self._sleepers: set[anyio.CancelScope] = set()

    def open(self) -> None:
        self._open = True
        for scope in tuple(self._sleepers):
            scope.cancel()

    async def pass_through(self) -> None:
        if self._open:
            return
        with anyio.CancelScope() as scope:
            self._sleepers.add(scope)
            try:
                await anyio.sleep_forever()
            finally:
                self._sleepers.discard(scope)


class Reports:
    """Has reports made, and lets people read those that are ready."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._gates: defaultdict[str, Gate] = defaultdict(Gate)

    async def make(self, report: str) -> None:
        await self._office.make(report)
        self._gates[report].open()

    async def read(self, report: str, reader: str) -> str:
        """Return the report, as this reader may see it; wait until it is ready."""
        await self._gates[report].pass_through()
        return await self._office.fetch(report, reader)
