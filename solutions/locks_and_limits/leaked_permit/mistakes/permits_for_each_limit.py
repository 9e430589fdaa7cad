"""Keeps the permits in the module by limit: two studios with the same limit share them.

Caught by: failures_give_back
"""

from functools import cache
from typing import Protocol

import anyio


class Renderer(Protocol):
    """Makes a postcard of a picture. It takes a while, and raises `ValueError` if it cannot."""

    async def render(self, picture: str) -> str: ...


@cache
def permits_for(limit: int) -> anyio.Semaphore:
    return anyio.Semaphore(limit)


class Studio:
    """Hands pictures to the renderer, at most `limit` at a time."""

    def __init__(self, renderer: Renderer, limit: int) -> None:
        self._renderer = renderer
        self._permits = permits_for(limit)

    async def render(self, picture: str) -> str:
        """Return the postcard of a picture, when it is its turn and the renderer is done."""
        async with self._permits:
            return await self._renderer.render(picture)
