"""One task asks for a count, and another one, woken by an event, shows it."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Hotline(Protocol):
    async def count(self, district: str) -> int: ...


class Screen(Protocol):
    async def show(self, district: str, votes: int) -> None: ...


async def election_night(hotline: Hotline, screen: Screen, districts: Sequence[str]) -> int:
    counts: dict[str, int] = {}
    arrived = {district: anyio.Event() for district in districts}

    async def ask(district: str) -> None:
        counts[district] = await hotline.count(district)
        arrived[district].set()

    async def present(district: str) -> None:
        await arrived[district].wait()
        await screen.show(district, counts[district])

    async with anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(present, district)
            group.start_soon(ask, district)
    return sum(counts.values())
