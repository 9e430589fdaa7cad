"""Wakes those who wait, and leaves no sign for those who come later.

Caught by: no_later, no_sooner (sometimes), outcomes (sometimes)
"""

from collections import defaultdict

import anyio


class Reports:
    def __init__(self, office):
        self._office = office
        self._events = defaultdict(anyio.Event)

    async def make(self, report):
        await self._office.make(report)
        self._events.pop(report, anyio.Event()).set()

    async def read(self, report, reader):
        await self._events[report].wait()
        return await self._office.fetch(report, reader)
