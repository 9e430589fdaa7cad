"""The task of each person starts that of the next."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import anyio
from anyio.abc import TaskGroup


class Directory(Protocol):
    """The company's directory; each question takes a second or so."""

    async def look_up(self, name: str) -> int: ...


class Clerk:
    def __init__(self, directory: Directory, group: TaskGroup) -> None:
        self.directory = directory
        self.group = group
        self.book: dict[str, int] = {}

    def go_on(self, rest: Iterator[str]) -> None:
        for name in rest:
            self.group.start_soon(self.ask, name, rest)
            return

    async def ask(self, name: str, rest: Iterator[str]) -> None:
        self.book[name] = await self.directory.look_up(name)
        self.go_on(rest)


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    async with anyio.create_task_group() as group:
        clerk = Clerk(directory, group)
        for names in offices:
            clerk.go_on(iter(names))
    return clerk.book
