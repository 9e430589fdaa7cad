"""The permits are items in a memory stream: receive one, and put it back."""

from typing import Protocol

import anyio


class Renderer(Protocol):
    async def render(self, picture: str) -> str: ...


class Studio:
    def __init__(self, renderer: Renderer, limit: int) -> None:
        self._renderer = renderer
        self._give, self._take = anyio.create_memory_object_stream[int](limit)
        for token in range(limit):
            self._give.send_nowait(token)

    async def render(self, picture: str) -> str:
        token = await self._take.receive()
        try:
            return await self._renderer.render(picture)
        finally:
            self._give.send_nowait(token)
