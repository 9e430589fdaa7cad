"""A clerk for each office writes what it hears into a stream, and one reader fills the book."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Directory(Protocol):
    async def look_up(self, name: str) -> int: ...


class Clerk:
    def __init__(
        self, directory: Directory, entries: MemoryObjectSendStream[tuple[str, int]]
    ) -> None:
        self._directory = directory
        self._entries = entries

    async def work(self, names: Sequence[str]) -> None:
        async with self._entries:
            for name in names:
                await self._entries.send((name, await self._directory.look_up(name)))


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}
    sender, receiver = anyio.create_memory_object_stream[tuple[str, int]]()
    async with anyio.create_task_group() as group, receiver:
        with sender:
            for names in offices:
                group.start_soon(Clerk(directory, sender.clone()).work, names)
        async for name, number in receiver:
            phone_book[name] = number
    return phone_book
