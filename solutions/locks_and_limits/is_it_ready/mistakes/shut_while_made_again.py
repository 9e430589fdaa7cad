"""Makes a new event whenever a report is made, so that nobody can read it meanwhile.

Caught by: no_later
"""

from collections import defaultdict

import anyio


class Reports:
    def __init__(self, office):
        self._office = office
        self._ready = defaultdict(anyio.Event)

    async def make(self, report):
        if self._ready[report].is_set():
            self._ready[report] = anyio.Event()
        await self._office.make(report)
        self._ready[report].set()

    async def read(self, report, reader):
        await self._ready[report].wait()
        return await self._office.fetch(report, reader)
