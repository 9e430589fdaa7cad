"""One event for the next change of anything, and a new one after each."""

from typing import Protocol

import anyio


class Office(Protocol):
    async def make(self, report: str) -> None: ...

    async def fetch(self, report: str, reader: str) -> str: ...


class Reports:
    """Tells everybody of each change, who then look whether it was theirs."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._ready: dict[str, bool] = {}
        self._change = anyio.Event()

    async def make(self, report: str) -> None:
        await self._office.make(report)
        self._ready[report] = True
        self._change.set()
        self._change = anyio.Event()

    async def read(self, report: str, reader: str) -> str:
        while not self._ready.get(report, False):
            await self._change.wait()
        return await self._office.fetch(report, reader)
