"""A context manager hands out the next moment at which a request may be sent, and takes back what was not used."""

import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import anyio


class Server(Protocol):
    async def draw(self, place: str) -> str: ...


class Door:
    def __init__(self, limit: int, seconds: float) -> None:
        self._seconds = seconds
        self._moments = [0.0] * limit
        self._gate = anyio.CapacityLimiter(1)

    @asynccontextmanager
    async def pass_through(self) -> AsyncIterator[None]:
        async with self._gate:
            moment = heapq.heappop(self._moments)
            try:
                await anyio.sleep(max(0.0, moment - anyio.current_time()))
                moment = anyio.current_time() + self._seconds
            finally:
                heapq.heappush(self._moments, moment)
        yield


class Maps:
    def __init__(self, server: Server, limit: int, seconds: float) -> None:
        self._server = server
        self._door = Door(limit, seconds)

    async def get(self, place: str) -> str:
        async with self._door.pass_through():
            return await self._server.draw(place)
