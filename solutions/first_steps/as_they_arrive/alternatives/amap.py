"""AnyIO's own helper for the tasks and their results."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Hotline(Protocol):
    async def count(self, district: str) -> int: ...


class Screen(Protocol):
    async def show(self, district: str, votes: int) -> None: ...


async def election_night(hotline: Hotline, screen: Screen, districts: Sequence[str]) -> int:
    async def count_and_show(district: str) -> int:
        votes = await hotline.count(district)
        await screen.show(district, votes)
        return votes

    return sum(await anyio.amap(count_and_show, districts))
