"""Show the results of an election."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Hotline(Protocol):
    async def count(self, district: str) -> int: ...


class Screen(Protocol):
    async def show(self, district: str, votes: int) -> None: ...


async def election_night(hotline: Hotline, screen: Screen, districts: Sequence[str]) -> int:
    """Show the votes of each district, and return how many there are in all."""
    counts: dict[str, int] = {}

    async def ask(district: str) -> None:
        counts[district] = await hotline.count(district)

    async with anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(ask, district)
    for district, votes in counts.items():
        await screen.show(district, votes)
    return sum(counts.values())


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
