"""A hand-made turnstile with tickets; a task for each person."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Directory(Protocol):
    """The company's directory; each question takes a second or so."""

    async def look_up(self, name: str) -> int: ...


class Turnstile:
    """Lets ticket 0 through, then 1, then 2, each when the one before has left."""

    def __init__(self) -> None:
        self._turn = 0
        self._waiting: dict[int, anyio.Semaphore] = {}

    async def wait_for(self, ticket: int) -> None:
        if self._turn != ticket:
            self._waiting[ticket] = anyio.Semaphore(0)
            await self._waiting[ticket].acquire()

    def next(self) -> None:
        self._turn += 1
        if (waiting := self._waiting.pop(self._turn, None)) is not None:
            waiting.release()


class PhoneBook(dict[str, int]):
    async def enter(self, directory: Directory, name: str, gate: Turnstile, ticket: int) -> None:
        await gate.wait_for(ticket)
        self[name] = await directory.look_up(name)
        gate.next()


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    book = PhoneBook()
    async with anyio.create_task_group() as group:
        for names in offices:
            gate = Turnstile()
            for ticket, name in enumerate(names):
                group.start_soon(book.enter, directory, name, gate, ticket)
    return dict(book)
