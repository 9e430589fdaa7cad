"""One condition for all reports: who is woken looks whether it was for them, and waits on if not."""

from typing import Protocol

import anyio


class Office(Protocol):
    async def make(self, report: str) -> None: ...

    async def fetch(self, report: str, reader: str) -> str: ...


class Reports:
    """Has reports made, and lets people read those that are ready."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._ready: set[str] = set()
        self._changed = anyio.Condition()

    async def make(self, report: str) -> None:
        await self._office.make(report)
        self._ready.add(report)
        with anyio.CancelScope(
            shield=True
        ):  # It is ready, even if somebody has no more use for it.
            async with self._changed:
                self._changed.notify_all()

    async def read(self, report: str, reader: str) -> str:
        async with self._changed:
            while report not in self._ready:
                await self._changed.wait()
        return await self._office.fetch(report, reader)
