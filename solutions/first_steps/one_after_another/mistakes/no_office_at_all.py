"""`as_completed` wants something to wait for, and a company may have no office.

Caught by: offices_overlap, offices_keep_their_order, slow_answers_hold_up_nobody_else
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    """The company's directory; each question takes a second or so."""

    async def look_up(self, name: str) -> int: ...


async def one_office(directory: Directory, names: Sequence[str]) -> dict[str, int]:
    return {name: await directory.look_up(name) for name in names}


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}
    async with anyio.as_completed(*(one_office(directory, names) for names in offices)) as done:
        async for handle in done:
            phone_book |= await handle
    return phone_book
