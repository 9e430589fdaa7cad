"""Those who wait look ten times a second whether the forecast is there.

Caught by: one_fetch, no_idle_wait, shared_errors, safe_departures
"""

import anyio


class Cache:
    def __init__(self, origin):
        self.origin = origin
        self.kept = {}
        self.under_way = set()
        self.errors = {}

    async def get(self, town):
        while town not in self.kept:
            if town in self.under_way:
                await anyio.sleep(0.1)
                continue
            self.under_way.add(town)
            try:
                self.kept[town] = await self.origin.fetch(town)
            finally:
                self.under_way.discard(town)
        return self.kept[town]
