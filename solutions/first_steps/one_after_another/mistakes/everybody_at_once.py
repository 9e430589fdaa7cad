"""Looks everybody up at the same time, the people of one office too.

Caught by: offices_keep_their_order
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    async def look_up(self, name: str) -> int: ...


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}

    async def look_up(name: str) -> None:
        phone_book[name] = await directory.look_up(name)

    async with anyio.create_task_group() as group:
        for names in offices:
            for name in names:
                group.start_soon(look_up, name)
    return phone_book
