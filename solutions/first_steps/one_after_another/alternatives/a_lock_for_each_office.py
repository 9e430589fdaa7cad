"""A task for each person; those of one office queue for its lock, which is fair."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    async def look_up(self, name: str) -> int: ...


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}

    async def look_up(name: str, lock: anyio.Lock, before: anyio.Event, done: anyio.Event) -> None:
        await before.wait()
        async with lock:
            done.set()
            phone_book[name] = await directory.look_up(name)

    async with anyio.create_task_group() as group:
        for names in offices:
            lock = anyio.Lock()
            before = anyio.Event()
            before.set()
            for name in names:
                done = anyio.Event()
                group.start_soon(look_up, name, lock, before, done)
                before = done
    return phone_book
