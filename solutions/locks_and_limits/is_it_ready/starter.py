"""Let pages wait until the report that they show is ready."""

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

    async def make(self, report: str) -> None:
        await self._office.make(report)
        self._ready.add(report)

    async def read(self, report: str, reader: str) -> str:
        """Return the report, as this reader may see it; wait until it is ready."""
        while report not in self._ready:
            await anyio.sleep(0.1)
        return await self._office.fetch(report, reader)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
