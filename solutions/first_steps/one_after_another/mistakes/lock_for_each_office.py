"""A task for each person and a lock for each office: they queue in the order in which they run.

Caught by: offices_keep_their_order (trio)
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    """The company's directory; each question takes a second or so."""

    async def look_up(self, name: str) -> int: ...


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    phone_book: dict[str, int] = {}

    async def ask(name: str, lock: anyio.Lock) -> None:
        async with lock:
            phone_book[name] = await directory.look_up(name)

    async with anyio.create_task_group() as group:
        for names in offices:
            lock = anyio.Lock()
            for name in names:
                group.start_soon(ask, name, lock)
    return phone_book
