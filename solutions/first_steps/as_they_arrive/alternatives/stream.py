"""Counts go into a stream, and whoever reads it starts a task to show each of them."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Hotline(Protocol):
    async def count(self, district: str) -> int: ...


class Screen(Protocol):
    async def show(self, district: str, votes: int) -> None: ...


async def election_night(hotline: Hotline, screen: Screen, districts: Sequence[str]) -> int:
    total = 0
    send, receive = anyio.create_memory_object_stream[tuple[str, int]](len(districts))

    async def count(district: str) -> None:
        await send.send((district, await hotline.count(district)))

    async with send, receive, anyio.create_task_group() as group:
        for district in districts:
            group.start_soon(count, district)
        for _ in districts:
            district, votes = await receive.receive()
            total += votes
            group.start_soon(screen.show, district, votes)
    return total
