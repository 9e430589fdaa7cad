"""A cache in front of a service that is asked as rarely as can be."""

from typing import Protocol


class Origin(Protocol):
    """Knows the forecast of every town. A fetch takes a while, costs money, and may fail."""

    async def fetch(self, town: str) -> str: ...


class Cache:
    """Has each town fetched once, and keeps what came."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._kept: dict[str, str] = {}

    async def get(self, town: str) -> str:
        """Return the forecast of a town, fetched if it has to be."""
        if town not in self._kept:
            self._kept[town] = await self._origin.fetch(town)
        return self._kept[town]


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
