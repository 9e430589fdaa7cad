"""Guards the phone book with one lock, which each office holds until all of its people are looked up.

Caught by: offices_overlap, slow_answers_hold_up_nobody_else
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    """The company's directory; each question takes a second or so."""

    async def look_up(self, name: str) -> int: ...


async def look_up_office(
    directory: Directory, names: Sequence[str], phone_book: dict[str, int], lock: anyio.Lock
) -> None:
    """Put the numbers of one office into the phone book, in the order of the list."""
    async with lock:
        for name in names:
            phone_book[name] = await directory.look_up(name)


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return everybody's number. `offices` holds a list of names for each office."""
    phone_book: dict[str, int] = {}
    lock = anyio.Lock()
    async with anyio.create_task_group() as group:
        for names in offices:
            group.start_soon(look_up_office, directory, names, phone_book, lock)
    return phone_book
