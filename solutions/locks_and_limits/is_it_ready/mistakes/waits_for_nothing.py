"""Fetches at once, ready or not.

Caught by: no_sooner
"""



class Reports:
    def __init__(self, office):
        self._office = office

    async def make(self, report):
        await self._office.make(report)

    async def read(self, report, reader):
        return await self._office.fetch(report, reader)
