"""Takes a permit that does not come within a minute for a lost one, and goes on without it.

Caught by: failures_give_back, cancellations_give_back
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
        mine = False
        with anyio.move_on_after(60):
            # Should somebody have died with a permit, do not wait for ever.
            await self._permits.acquire()
            mine = True
        try:
            return await self._renderer.render(picture)
        finally:
            if mine:
                self._permits.release()
