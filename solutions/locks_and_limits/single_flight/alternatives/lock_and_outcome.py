"""A lock for each town, which tells who gets it what the one before has met with."""

from collections import defaultdict
from typing import Protocol

import anyio


class Origin(Protocol):
    async def fetch(self, town: str) -> str: ...


class Town:
    def __init__(self) -> None:
        self.lock = anyio.Lock()
        self.forecast: str | None = None
        self.round = 0
        self.failed: dict[int, Exception] = {}


class Cache:
    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.towns: defaultdict[str, Town] = defaultdict(Town)

    async def get(self, town: str) -> str:
        entry = self.towns[town]
        came = entry.round
        async with entry.lock:
            if entry.forecast is None:
                if came in entry.failed:
                    raise entry.failed[came]
                try:
                    entry.forecast = await self.origin.fetch(town)
                except Exception as error:
                    entry.failed = {entry.round: error}
                    entry.round += 1
                    raise
            return entry.forecast
