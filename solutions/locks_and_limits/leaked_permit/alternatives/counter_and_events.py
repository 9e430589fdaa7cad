"""A counter and a queue of events, made by hand: a permit goes from hand to hand."""

from collections import deque
from typing import Protocol

import anyio


class Renderer(Protocol):
    async def render(self, picture: str) -> str: ...


class Studio:
    def __init__(self, renderer: Renderer, limit: int) -> None:
        self._renderer = renderer
        self._free = limit
        self._queue: deque[anyio.Event] = deque()

    async def render(self, picture: str) -> str:
        if self._free:
            self._free -= 1
        else:
            await self._wait_for_a_permit()
        try:
            return await self._renderer.render(picture)
        finally:
            self._give_back()

    async def _wait_for_a_permit(self) -> None:
        mine = anyio.Event()
        self._queue.append(mine)
        try:
            await mine.wait()
        except BaseException:
            if mine.is_set():
                self._give_back()
            else:
                self._queue.remove(mine)
            raise

    def _give_back(self) -> None:
        if self._queue:
            self._queue.popleft().set()
        else:
            self._free += 1
