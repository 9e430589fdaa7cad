"""A hand-made queue: whoever is at its head sleeps until a request may be sent, and then calls the next one."""

from collections import deque
from typing import Protocol

import anyio
import anyio.lowlevel


class Server(Protocol):
    async def draw(self, place: str) -> str: ...


class Maps:
    def __init__(self, server: Server, limit: int, seconds: float) -> None:
        self._server = server
        self._free = [float("-inf")] * limit
        self._seconds = seconds
        self._queue: deque[anyio.Event] = deque()

    async def get(self, place: str) -> str:
        await anyio.lowlevel.checkpoint()
        await self._wait_in_line()
        return await self._server.draw(place)

    async def _wait_in_line(self) -> None:
        mine = anyio.Event()
        self._queue.append(mine)
        try:
            if self._queue[0] is not mine:
                await mine.wait()
            moment = min(self._free)
            if moment > anyio.current_time():
                await anyio.sleep_until(moment)
            self._free.remove(moment)
            self._free.append(anyio.current_time() + self._seconds)
        finally:
            is_first = self._queue[0] is mine
            self._queue.remove(mine)
            if is_first and self._queue:
                self._queue[0].set()
