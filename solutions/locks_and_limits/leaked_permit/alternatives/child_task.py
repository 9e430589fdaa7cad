"""The renderer runs in a child task inside the permit; its error comes out of the group alone."""

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
        problem: BaseException | None = None
        async with self._permits:
            try:
                async with anyio.create_task_group() as group:
                    task = group.create_task(self._renderer.render(picture))
            except* Exception as errors:
                problem = errors.exceptions[0]
        if problem is not None:
            raise problem
        return task.return_value
