"""Maps from a server that wants no more than so many requests in so many seconds."""

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
        self._permits = anyio.Semaphore(limit)

    async def get(self, place: str) -> str:
        """Return the map of a place, as soon as the server's rule allows."""
        async with self._permits:
            return await self._server.draw(place)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
