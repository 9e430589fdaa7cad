"""Forgets that a report is ready, if making it again is cancelled.

Caught by: no_later
"""

from collections import defaultdict
from typing import Protocol

import anyio


class Office(Protocol):
    async def make(self, report: str) -> None: ...

    async def fetch(self, report: str, reader: str) -> str: ...


class Reports:
    """Has reports made, and lets people read those that are ready."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._ready: defaultdict[str, anyio.Event] = defaultdict(anyio.Event)

    async def make(self, report: str) -> None:
        try:
            await self._office.make(report)
        except anyio.get_cancelled_exc_class():
            if self._ready[report].is_set():  # It may be half written now.
                del self._ready[report]
            raise
        self._ready[report].set()

    async def read(self, report: str, reader: str) -> str:
        """Return the report, as this reader may see it; wait until it is ready."""
        await self._ready[report].wait()
        return await self._office.fetch(report, reader)
