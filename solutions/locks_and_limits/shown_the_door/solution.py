"""Maps from a server that wants no more than so many requests in so many seconds."""

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
        self._sent: deque[float] = deque(maxlen=limit)
        self._turn = anyio.Lock()

    async def get(self, place: str) -> str:
        """Return the map of a place, as soon as the server's rule allows."""
        async with self._turn:
            if len(self._sent) == self._sent.maxlen:
                await anyio.sleep_until(self._sent[0] + self._seconds)
            self._sent.append(anyio.current_time())
        return await self._server.draw(place)
