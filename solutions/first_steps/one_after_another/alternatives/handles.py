"""A task handle for each office, awaited in turn when all of them have started."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Directory(Protocol):
    async def look_up(self, name: str) -> int: ...


async def look_up_office(directory: Directory, names: Sequence[str]) -> list[tuple[str, int]]:
    await anyio.lowlevel.checkpoint()
    numbers = []
    for name in names:
        numbers.append((name, await directory.look_up(name)))
    return numbers


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}
    async with anyio.create_task_group() as group:
        tasks = [group.create_task(look_up_office(directory, names)) for names in offices]
        for task in reversed(tasks):
            phone_book.update(await task)
    return phone_book
