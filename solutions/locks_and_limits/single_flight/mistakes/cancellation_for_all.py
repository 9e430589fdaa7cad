"""When whoever fetches is cancelled, those who wait find nothing in the cache, and fail.

Caught by: safe_departures
"""

import anyio


class Cache:
    def __init__(self, origin):
        self.origin = origin
        self.kept = {}
        self.flights = {}

    async def get(self, town):
        if town in self.kept:
            return self.kept[town]
        if town in self.flights:
            landed, errors = self.flights[town]
            await landed.wait()
            if errors:
                raise errors[0]
            return self.kept[town]
        landed, errors = self.flights[town] = anyio.Event(), []
        try:
            self.kept[town] = await self.origin.fetch(town)
        except Exception as error:
            errors.append(error)
            raise
        finally:
            del self.flights[town]
            landed.set()
        return self.kept[town]
