"""Each sleeps until the moment that looked right, and looks again: whoever is first takes it."""

from collections import deque
from typing import Protocol

import anyio


class Server(Protocol):
    async def draw(self, place: str) -> str: ...


class Maps:
    def __init__(self, server: Server, limit: int, seconds: float) -> None:
        self._server = server
        self._limit = limit
        self._seconds = seconds
        self._sent: deque[float] = deque()

    async def get(self, place: str) -> str:
        while len(self._sent) >= self._limit:
            oldest = self._sent[0]
            await anyio.sleep_until(oldest + self._seconds)
            if self._sent and self._sent[0] == oldest:
                self._sent.popleft()
        self._sent.append(anyio.current_time())
        return await self._server.draw(place)
