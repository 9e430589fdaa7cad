"""A decorator that limits any function, with a condition and a shield."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import anyio


class Renderer(Protocol):
    """Makes a postcard of a picture. It takes a while, and raises `ValueError` if it cannot."""

    async def render(self, picture: str) -> str: ...


def at_most(
    limit: int,
) -> Callable[[Callable[[str], Awaitable[str]]], Callable[[str], Awaitable[str]]]:
    busy = 0
    room = anyio.Condition()

    def decorate(function: Callable[[str], Awaitable[str]]) -> Callable[[str], Awaitable[str]]:
        async def limited(argument: str) -> str:
            nonlocal busy
            async with room:
                while busy >= limit:
                    await room.wait()
                busy += 1
            try:
                return await function(argument)
            finally:
                busy -= 1
                with anyio.CancelScope(shield=True):
                    async with room:
                        room.notify_all()

        return limited

    return decorate


class Studio:
    """Hands pictures to the renderer, at most `limit` at a time."""

    def __init__(self, renderer: Renderer, limit: int) -> None:
        self._renderer = renderer
        self._render = at_most(limit)(renderer.render)

    async def render(self, picture: str) -> str:
        """Return the postcard of a picture, when it is its turn and the renderer is done."""
        return await self._render(picture)
