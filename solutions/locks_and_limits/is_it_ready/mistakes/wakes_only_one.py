"""A condition that wakes one of those who wait.

Caught by: no_later, no_sooner (sometimes), outcomes (sometimes)
"""

import anyio


class Reports:
    def __init__(self, office):
        self._office = office
        self._ready = set()
        self._changed = anyio.Condition()

    async def make(self, report):
        await self._office.make(report)
        async with self._changed:
            self._ready.add(report)
            self._changed.notify()

    async def read(self, report, reader):
        async with self._changed:
            while report not in self._ready:
                await self._changed.wait()
        return await self._office.fetch(report, reader)
