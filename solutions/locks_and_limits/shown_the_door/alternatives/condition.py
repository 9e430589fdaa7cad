"""A condition, in which one waits for the clock and the others for it."""

from typing import Protocol

import anyio


class Server(Protocol):
    async def draw(self, place: str) -> str: ...


class Maps:
    def __init__(self, server: Server, limit: int, seconds: float) -> None:
        self._server = server
        self._limit = limit
        self._seconds = seconds
        self._sent: list[float] = []
        self._door = anyio.Condition()
        self._is_watched = False

    async def get(self, place: str) -> str:
        async with self._door:
            while len(self._recent()) >= self._limit:
                if self._is_watched:
                    await self._door.wait()
                else:
                    await self._watch()
            self._sent.append(anyio.current_time())
            self._door.notify_all()
        return await self._server.draw(place)

    def _recent(self) -> list[float]:
        now = anyio.current_time()
        self._sent = [moment for moment in self._sent if moment + self._seconds > now]
        return self._sent

    async def _watch(self) -> None:
        self._is_watched = True
        self._door.release()
        try:
            await anyio.sleep(self._sent[0] + self._seconds - anyio.current_time())
        finally:
            with anyio.CancelScope(shield=True):
                await self._door.acquire()
            self._is_watched = False
            self._door.notify_all()
