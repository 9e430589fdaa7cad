"""Has two equal pictures rendered once, so that one caller gets what becomes of the other.

Caught by: failures_give_back, cancellations_give_back, no_permit_from_the_queue, the_caller_hears
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
        self._under_way: dict[str, anyio.Future[str]] = {}

    async def render(self, picture: str) -> str:
        """Return the postcard of a picture, when it is its turn and the renderer is done."""
        if picture in self._under_way:
            shared = self._under_way[picture]
            await shared.wait()
            if shared.status is anyio.Future.Status.FAILED and shared.exception is not None:
                raise shared.exception
            return shared.return_value
        future = self._under_way[picture] = anyio.Future()
        try:
            async with self._permits:
                postcard = await self._renderer.render(picture)
            future.return_value = postcard
            return postcard
        except Exception as error:
            future.exception = error
            raise
        finally:
            del self._under_way[picture]
            future.cancel()
