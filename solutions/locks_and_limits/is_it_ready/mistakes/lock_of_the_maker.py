"""Takes a lock while a report is made: who comes before that finds it free.

Caught by: no_later, no_sooner, outcomes
"""

from collections import defaultdict

import anyio


class Reports:
    def __init__(self, office):
        self._office = office
        self._locks = defaultdict(anyio.Lock)

    async def make(self, report):
        async with self._locks[report]:
            await self._office.make(report)

    async def read(self, report, reader):
        async with self._locks[report]:
            pass
        return await self._office.fetch(report, reader)
