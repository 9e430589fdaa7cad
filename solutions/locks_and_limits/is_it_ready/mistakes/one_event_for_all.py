"""One event for all reports: the first one that is ready wakes everybody.

Caught by: no_sooner
"""

import anyio


class Reports:
    def __init__(self, office):
        self._office = office
        self._ready = anyio.Event()

    async def make(self, report):
        await self._office.make(report)
        self._ready.set()

    async def read(self, report, reader):
        await self._ready.wait()
        return await self._office.fetch(report, reader)
