"""Logs that a report could not be made, and tells nobody.

Caught by: no_later, no_sooner, outcomes
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
        except Exception as error:
            print(f"could not make {report}: {error}")
        else:
            self._ready[report].set()

    async def read(self, report, reader):
        await self._ready[report].wait()
        return await self._office.fetch(report, reader)
