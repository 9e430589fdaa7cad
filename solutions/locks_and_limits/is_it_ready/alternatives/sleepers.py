"""Whoever waits sleeps for ever, in a scope that is cancelled when the report is ready."""

from typing import Protocol

import anyio


class Office(Protocol):
    async def make(self, report: str) -> None: ...

    async def fetch(self, report: str, reader: str) -> str: ...


class Reports:
    """Has reports made, and wakes those who sleep until then."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sleepers: dict[str, list[anyio.CancelScope]] = {}
        self._ready: set[str] = set()

    async def make(self, report: str) -> None:
        await self._office.make(report)
        self._ready.add(report)
        for scope in self._sleepers.pop(report, []):
            scope.cancel()

    async def read(self, report: str, reader: str) -> str:
        if report not in self._ready:
            with anyio.CancelScope() as scope:
                self._sleepers.setdefault(report, []).append(scope)
                await anyio.sleep_forever()
        return await self._office.fetch(report, reader)
