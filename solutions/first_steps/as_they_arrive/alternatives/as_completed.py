"""Takes the counts as they come, and starts a task to show each of them."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Hotline(Protocol):
    async def count(self, district: str) -> int: ...


class Screen(Protocol):
    async def show(self, district: str, votes: int) -> None: ...


async def election_night(hotline: Hotline, screen: Screen, districts: Sequence[str]) -> int:
    async def count(district: str) -> tuple[str, int]:
        return district, await hotline.count(district)

    total = 0
    if districts:
        async with (
            anyio.create_task_group() as showing,
            anyio.as_completed(*map(count, districts)) as handles,
        ):
            async for handle in handles:
                district, votes = handle.return_value
                total += votes
                showing.start_soon(screen.show, district, votes)
    return total
