"""A studio that renders a few pictures at a time, all day long."""

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
        postcard = await self._renderer.render(picture)
        self._permits.release()
        return postcard


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
