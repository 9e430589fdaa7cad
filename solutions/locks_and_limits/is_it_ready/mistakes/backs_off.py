"""Looks less and less often, so as not to be a burden.

Caught by: no_later
"""

import anyio


class Reports:
    def __init__(self, office):
        self._office = office
        self._ready = set()

    async def make(self, report):
        await self._office.make(report)
        self._ready.add(report)

    async def read(self, report, reader):
        pause = 0.1
        while report not in self._ready:
            await anyio.sleep(pause)
            pause *= 2
        return await self._office.fetch(report, reader)
