"""Gives the permit back in the except and once more in the finally.

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
        self._permits = anyio.Semaphore(limit)

    async def render(self, picture: str) -> str:
        """Return the postcard of a picture, when it is its turn and the renderer is done."""
        await self._permits.acquire()
        try:
            return await self._renderer.render(picture)
        except ValueError:
            self._permits.release()
            raise
        finally:
            self._permits.release()
