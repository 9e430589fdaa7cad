"""One lock for the whole cache: each town waits for the others, and an error is met again and again.

Caught by: no_idle_wait, shared_errors, safe_departures
"""

import anyio


class Cache:
    def __init__(self, origin):
        self.origin = origin
        self.kept = {}
        self.lock = anyio.Lock()

    async def get(self, town):
        async with self.lock:
            if town not in self.kept:
                self.kept[town] = await self.origin.fetch(town)
            return self.kept[town]
