"""A stream through which nothing ever comes: its end is closed when the report is ready."""

from collections import defaultdict
from contextlib import suppress
from typing import Protocol

import anyio


class Office(Protocol):
    async def make(self, report: str) -> None: ...

    async def fetch(self, report: str, reader: str) -> str: ...


class Door:
    """Stays shut until it is opened, once and for all."""

    def __init__(self) -> None:
        self._inside, self._outside = anyio.create_memory_object_stream[None]()

    def open(self) -> None:
        self._inside.close()

    async def pass_through(self) -> None:
        with suppress(anyio.EndOfStream):
            await self._outside.receive()


class Reports:
    """Has a door in front of each report."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._doors: dict[str, Door] = defaultdict(Door)

    async def make(self, report: str) -> None:
        await self._office.make(report)
        self._doors[report].open()

    async def read(self, report: str, reader: str) -> str:
        await self._doors[report].pass_through()
        return await self._office.fetch(report, reader)
