"""A reader who finds no report has it made, as if there were nobody else.

Caught by: no_later, no_sooner, outcomes
"""



class Reports:
    def __init__(self, office):
        self._office = office
        self._ready = set()

    async def make(self, report):
        await self._office.make(report)
        self._ready.add(report)

    async def read(self, report, reader):
        if report not in self._ready:
            await self.make(report)
        return await self._office.fetch(report, reader)
