"""asyncio's own event, which works on asyncio alone.

Caught by: no_later (trio), no_sooner (trio), outcomes (trio)
"""

import asyncio
from collections import defaultdict


class Reports:
    def __init__(self, office):
        self._office = office
        self._ready = defaultdict(asyncio.Event)

    async def make(self, report):
        await self._office.make(report)
        self._ready[report].set()

    async def read(self, report, reader):
        await self._ready[report].wait()
        return await self._office.fetch(report, reader)
