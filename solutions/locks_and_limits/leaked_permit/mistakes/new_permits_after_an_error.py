"""Makes a fresh semaphore after an error, and forgets who still holds a permit of the old one.

Caught by: failures_give_back, no_permit_from_the_queue
"""

from typing import Protocol

import anyio


class Renderer(Protocol):
    """Makes a postcard of a picture. It takes a while, and raises `ValueError` if it cannot."""

    async def render(self, picture: str) -> str: ...


class Studio:
    """Hands pictures to the renderer, at most `limit` at a time."""

    def __init__(self, renderer: Renderer, limit: int) -> None:
        self._renderer = renderer
        self._limit = limit
        self._permits = anyio.Semaphore(limit)

    async def render(self, picture: str) -> str:
        """Return the postcard of a picture, when it is its turn and the renderer is done."""
        await self._permits.acquire()
        try:
            postcard = await self._renderer.render(picture)
        except BaseException:
            self._permits = anyio.Semaphore(self._limit)
            raise
        self._permits.release()
        return postcard
