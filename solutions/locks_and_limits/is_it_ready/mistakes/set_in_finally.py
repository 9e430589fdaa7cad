"""Wakes the readers however the making ended.

Caught by: no_sooner
"""

from collections import defaultdict

import anyio


class Reports:
    def __init__(self, office):
        self._office = office
        self._ready = defaultdict(anyio.Event)

    async def make(self, report):
        try:
            await self._office.make(report)
        finally:
            self._ready[report].set()

    async def read(self, report, reader):
        await self._ready[report].wait()
        return await self._office.fetch(report, reader)
