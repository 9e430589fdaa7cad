"""Counts by itself under a condition, and is cancelled where it waits to give its place back.

Caught by: cancellations_give_back, no_permit_from_the_queue
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
        self._free = limit
        self._changed = anyio.Condition()

    async def render(self, picture: str) -> str:
        """Return the postcard of a picture, when it is its turn and the renderer is done."""
        async with self._changed:
            while self._free <= 0:
                await self._changed.wait()
            self._free -= 1
        try:
            return await self._renderer.render(picture)
        finally:
            async with self._changed:
                self._free += 1
                self._changed.notify()
