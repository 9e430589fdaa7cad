"""The event is set after an error, but not after a cancellation, which is no `Exception`.

Caught by: safe_departures
"""

import anyio


class Flight:
    def __init__(self):
        self.landed = anyio.Event()
        self.error = None


class Cache:
    def __init__(self, origin):
        self.origin = origin
        self.kept = {}
        self.flights = {}

    async def get(self, town):
        while town not in self.kept:
            flight = self.flights.get(town)
            if flight is not None:
                await flight.landed.wait()
                if flight.error is not None:
                    raise flight.error
                continue
            flight = self.flights[town] = Flight()
            try:
                self.kept[town] = await self.origin.fetch(town)
            except Exception as error:
                flight.error = error
                del self.flights[town]
                flight.landed.set()
                raise
            del self.flights[town]
            flight.landed.set()
        return self.kept[town]
