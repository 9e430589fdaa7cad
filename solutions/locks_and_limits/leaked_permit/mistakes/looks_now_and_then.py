"""Looks every tenth of a second whether there is room, and leaves a place empty meanwhile.

Caught by: failures_give_back, cancellations_give_back, no_permit_from_the_queue
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
        self._busy = 0

    async def render(self, picture: str) -> str:
        """Return the postcard of a picture, when it is its turn and the renderer is done."""
        while self._busy >= self._limit:
            await anyio.sleep(0.1)
        self._busy += 1
        try:
            return await self._renderer.render(picture)
        finally:
            self._busy -= 1
