"""Keeps the forecasts in the class, so that all caches have them in common.

Caught by: one_fetch, no_idle_wait (sometimes), shared_errors (sometimes), safe_departures
"""

import anyio


class Flight:
    def __init__(self):
        self.landed = anyio.Event()
        self.error = None


class Cache:
    kept = {}
    flights = {}

    def __init__(self, origin):
        self.origin = origin

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
                raise
            finally:
                del self.flights[town]
                flight.landed.set()
        return self.kept[town]
