"""Overlaps the offices with a function that only asyncio has.

Caught by: offices_overlap, offices_keep_their_order, slow_answers_hold_up_nobody_else
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol


class Directory(Protocol):
    async def look_up(self, name: str) -> int: ...


async def look_up_office(
    directory: Directory, names: Sequence[str], phone_book: dict[str, int]
) -> None:
    for name in names:
        phone_book[name] = await directory.look_up(name)


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}
    await asyncio.gather(*(look_up_office(directory, names, phone_book) for names in offices))
    return phone_book
