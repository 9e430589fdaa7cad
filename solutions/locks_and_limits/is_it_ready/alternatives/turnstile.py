"""A semaphore with one permit, which each reader takes and gives back at once for the next one."""

from collections import defaultdict
from functools import partial
from typing import Protocol

import anyio


class Office(Protocol):
    async def make(self, report: str) -> None: ...

    async def fetch(self, report: str, reader: str) -> str: ...


class Reports:
    """Has a turnstile in front of each report."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._turnstiles: dict[str, anyio.Semaphore] = defaultdict(partial(anyio.Semaphore, 0))
        self._open: set[str] = set()

    async def make(self, report: str) -> None:
        await self._office.make(report)
        if report not in self._open:
            self._open.add(report)
            self._turnstiles[report].release()

    async def read(self, report: str, reader: str) -> str:
        async with self._turnstiles[report]:
            pass
        return await self._office.fetch(report, reader)
