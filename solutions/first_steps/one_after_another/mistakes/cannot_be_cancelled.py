"""Shields each question, so that a cancellation waits for the answers, which may take hours.

Caught by: offices_overlap, offices_keep_their_order, slow_answers_hold_up_nobody_else
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    async def look_up(self, name: str) -> int: ...


async def look_up_office(
    directory: Directory, names: Sequence[str], phone_book: dict[str, int]
) -> None:
    for name in names:
        with anyio.CancelScope(shield=True):
            phone_book[name] = await directory.look_up(name)


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}
    async with anyio.create_task_group() as group:
        for names in offices:
            group.start_soon(look_up_office, directory, names, phone_book)
    return phone_book
