"""A cache in front of a service that is asked as rarely as can be."""

from typing import Protocol

import anyio


class Origin(Protocol):
    """Knows the forecast of every town. A fetch takes a while, costs money, and may fail."""

    async def fetch(self, town: str) -> str: ...


class Flight:
    """A fetch that is under way, for those who wait for it."""

    def __init__(self) -> None:
        self.landed = anyio.Event()
        self.error: Exception | None = None


class Cache:
    """Has each town fetched once, and keeps what came."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._kept: dict[str, str] = {}
        self._flights: dict[str, Flight] = {}

    async def get(self, town: str) -> str:
        """Return the forecast of a town, fetched if it has to be."""
        while town not in self._kept:
            flight = self._flights.get(town)
            if flight is None:
                await self._fetch(town)
            else:
                await flight.landed.wait()
                if flight.error is not None:
                    raise flight.error
        return self._kept[town]

    async def _fetch(self, town: str) -> None:
        flight = self._flights[town] = Flight()
        try:
            self._kept[town] = await self._origin.fetch(town)
        except Exception as error:
            flight.error = error
            raise
        finally:
            # If it was cancelled, whoever wakes up first fetches in its place.
            del self._flights[town]
            flight.landed.set()
