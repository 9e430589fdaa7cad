"""Whoever waits leaves a bell of their own, and is rung."""

from typing import Protocol

import anyio


class Office(Protocol):
    async def make(self, report: str) -> None: ...

    async def fetch(self, report: str, reader: str) -> str: ...


class Reports:
    """Has reports made, and rings the bells of those who wait."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._ready: list[str] = []
        self._bells: list[tuple[str, anyio.Event]] = []

    async def make(self, report: str) -> None:
        await self._office.make(report)
        self._ready.append(report)
        for wanted, bell in self._bells:
            if wanted == report:
                bell.set()

    async def read(self, report: str, reader: str) -> str:
        if report not in self._ready:
            entry = (report, anyio.Event())
            self._bells.append(entry)
            try:
                await entry[1].wait()
            finally:
                self._bells.remove(entry)
        return await self._office.fetch(report, reader)
