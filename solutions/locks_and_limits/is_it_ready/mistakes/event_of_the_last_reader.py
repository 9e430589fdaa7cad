"""Makes a new event for each reader in the same place, so that only the last one is woken.

Caught by: no_later, no_sooner, outcomes
"""

import anyio


class Reports:
    def __init__(self, office):
        self._office = office
        self._ready = set()
        self._events = {}

    async def make(self, report):
        await self._office.make(report)
        self._ready.add(report)
        if report in self._events:
            self._events[report].set()

    async def read(self, report, reader):
        if report not in self._ready:
            self._events[report] = anyio.Event()
            await self._events[report].wait()
        return await self._office.fetch(report, reader)
