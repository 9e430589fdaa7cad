"""Uses asyncio's gather on asyncio, where the other offices are asked on when one answer is an error.

Caught by: offices_overlap (asyncio), offices_keep_their_order (asyncio), slow_answers_hold_up_nobody_else (asyncio)
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import anyio
import sniffio


class Directory(Protocol):
    async def look_up(self, name: str) -> int: ...


async def look_up_office(
    directory: Directory, names: Sequence[str], phone_book: dict[str, int]
) -> None:
    for name in names:
        phone_book[name] = await directory.look_up(name)


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}
    if sniffio.current_async_library() == "asyncio":
        await asyncio.gather(*(look_up_office(directory, names, phone_book) for names in offices))
    else:
        async with anyio.create_task_group() as group:
            for names in offices:
                group.start_soon(look_up_office, directory, names, phone_book)
    return phone_book
