"""Gives a permit back on every way out, if fewer are free than there were, which says nothing of its own.

Caught by: no_permit_from_the_queue
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
        try:
            await self._permits.acquire()
            return await self._renderer.render(picture)
        finally:
            # Never give back more than there were.
            if self._permits.value < self._limit:
                self._permits.release()
