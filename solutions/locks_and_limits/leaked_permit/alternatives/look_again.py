"""A counter: at every change all who wait are woken, and look again."""

from collections.abc import Iterator
from contextlib import contextmanager
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
        self._inside = 0
        self._changed = anyio.Event()

    @contextmanager
    def _inside_now(self) -> Iterator[None]:
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            changed, self._changed = self._changed, anyio.Event()
            changed.set()

    async def render(self, picture: str) -> str:
        """Return the postcard of a picture, when it is its turn and the renderer is done."""
        while self._inside == self._limit:
            await self._changed.wait()
        with self._inside_now():
            return await self._renderer.render(picture)
