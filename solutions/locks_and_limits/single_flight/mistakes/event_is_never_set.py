"""The event is set when a fetch returns, and not when it fails or is cancelled: the others wait for ever.

Caught by: one_fetch, no_idle_wait, shared_errors, safe_departures
"""

import anyio


class Cache:
    def __init__(self, origin):
        self.origin = origin
        self.kept = {}
        self.under_way = {}

    async def get(self, town):
        if town in self.kept:
            return self.kept[town]
        if town in self.under_way:
            await self.under_way[town].wait()
            return self.kept[town]
        self.under_way[town] = anyio.Event()
        self.kept[town] = await self.origin.fetch(town)
        self.under_way.pop(town).set()
        return self.kept[town]
