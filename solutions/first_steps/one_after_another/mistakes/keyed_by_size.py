"""Keeps the offices by size, to begin with the largest: of two of a size one is lost.

Caught by: offices_overlap, offices_keep_their_order, slow_answers_hold_up_nobody_else
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    """The company's directory; each question takes a second or so."""

    async def look_up(self, name: str) -> int: ...


async def look_up_office(
    directory: Directory, names: Sequence[str], phone_book: dict[str, int]
) -> None:
    """Put the numbers of one office into the phone book, in the order of the list."""
    for name in names:
        phone_book[name] = await directory.look_up(name)


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}
    by_size = {len(names): names for names in offices}
    async with anyio.create_task_group() as group:
        for size in sorted(by_size, reverse=True):
            group.start_soon(look_up_office, directory, by_size[size], phone_book)
    return phone_book
