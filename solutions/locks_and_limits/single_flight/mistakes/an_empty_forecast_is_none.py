"""Takes an empty forecast for none at all, and fetches it again.

Caught by: one_fetch, safe_departures (sometimes)
"""

import anyio


class Flight:
    def __init__(self):
        self.landed = anyio.Event()
        self.value = None
        self.error = None


class Cache:
    def __init__(self, origin):
        self.origin = origin
        self.kept = {}
        self.flights = {}

    async def get(self, town):
        while not self.kept.get(town):
            flight = self.flights.get(town)
            if flight is not None:
                await flight.landed.wait()
                if flight.error is not None:
                    raise flight.error
                if flight.value is not None:
                    return flight.value
                continue
            flight = self.flights[town] = Flight()
            try:
                flight.value = self.kept[town] = await self.origin.fetch(town)
                return flight.value
            except Exception as error:
                flight.error = error
                raise
            finally:
                del self.flights[town]
                flight.landed.set()
        return self.kept[town]
