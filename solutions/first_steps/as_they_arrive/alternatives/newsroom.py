"""A class with a method for each step, and a sum that grows."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Hotline(Protocol):
    async def count(self, district: str) -> int: ...


class Screen(Protocol):
    async def show(self, district: str, votes: int) -> None: ...


class Newsroom:
    """Adds up the votes as they are shown."""

    def __init__(self, hotline: Hotline, screen: Screen) -> None:
        self.total = 0
        self._hotline = hotline
        self._screen = screen

    async def report(self, district: str) -> None:
        votes = await self._hotline.count(district)
        self.total += votes
        await self._screen.show(district, votes)


async def election_night(hotline: Hotline, screen: Screen, districts: Sequence[str]) -> int:
    newsroom = Newsroom(hotline, screen)
    async with anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(newsroom.report, district)
    return newsroom.total
