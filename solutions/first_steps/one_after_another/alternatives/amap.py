"""Each office makes a phone book of its own, and they are bound together at the end."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    async def look_up(self, name: str) -> int: ...


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    async def look_up_office(names: Sequence[str]) -> dict[str, int]:
        return {name: await directory.look_up(name) for name in names}

    phone_book: dict[str, int] = {}
    for numbers in await anyio.amap(look_up_office, offices):
        phone_book |= numbers
    return phone_book
