"""Opens a task group, and awaits the offices in it instead of starting tasks.

Caught by: offices_overlap, slow_answers_hold_up_nobody_else
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
        phone_book[name] = await directory.look_up(name)


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}
    async with anyio.create_task_group():
        for names in offices:
            await look_up_office(directory, names, phone_book)
    return phone_book
