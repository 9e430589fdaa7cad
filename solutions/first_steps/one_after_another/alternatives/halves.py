"""Recursion: half of the offices beside the other half, half of a list after the other half."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    """The company's directory; each question takes a second or so."""

    async def look_up(self, name: str) -> int: ...


async def down_the_list(directory: Directory, names: Sequence[str], book: dict[str, int]) -> None:
    match list(names):
        case []:
            return
        case [name]:
            book[name] = await directory.look_up(name)
        case several:
            middle = len(several) // 2
            await down_the_list(directory, several[:middle], book)
            await down_the_list(directory, several[middle:], book)


async def halves(
    directory: Directory, offices: Sequence[Sequence[str]], book: dict[str, int]
) -> None:
    match list(offices):
        case []:
            return
        case [names]:
            await down_the_list(directory, names, book)
        case several:
            middle = len(several) // 2
            async with anyio.create_task_group() as group:
                group.start_soon(halves, directory, several[:middle], book)
                await halves(directory, several[middle:], book)


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    book: dict[str, int] = {}
    await halves(directory, offices, book)
    return book
