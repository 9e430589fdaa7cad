"""Begins as if `limit` requests had been sent at time 0, which may be now.

Caught by: never_too_late
"""

from collections import deque
from typing import Protocol

import anyio


class Server(Protocol):
    """Draws maps. It takes a while, and it may fail."""

    async def draw(self, place: str) -> str: ...


class Maps:
    """Sends at most `limit` requests in any stretch of `seconds` seconds."""

    def __init__(self, server: Server, limit: int, seconds: float) -> None:
        self._server = server
        self._seconds = seconds
        self._lock = anyio.Lock()
        self._sent = deque([0.0] * limit, maxlen=limit)

    async def get(self, place: str) -> str:
        """Return the map of a place, as soon as the server's rule allows."""
        async with self._lock:
            while (free := self._sent[0] + self._seconds) > anyio.current_time():
                await anyio.sleep_until(free)
            self._sent.append(anyio.current_time())
        return await self._server.draw(place)
