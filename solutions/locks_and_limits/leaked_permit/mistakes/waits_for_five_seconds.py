"""Waits for a permit for five seconds only, and then goes on without one, and gives one back.

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
        self._permits = anyio.Semaphore(limit)

    async def render(self, picture: str) -> str:
        """Return the postcard of a picture, when it is its turn and the renderer is done."""
        with anyio.move_on_after(5):
            await self._permits.acquire()
        try:
            return await self._renderer.render(picture)
        finally:
            self._permits.release()


