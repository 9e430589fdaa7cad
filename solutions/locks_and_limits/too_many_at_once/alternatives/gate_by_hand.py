"""A gate with a queue of events, which hands a place straight to the next in line."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


class Gate:
    def __init__(self, places: int) -> None:
        self._free = places
        self._queue: deque[anyio.Event] = deque()

    async def enter(self) -> None:
        if self._free:
            self._free -= 1
            return
        turn = anyio.Event()
        self._queue.append(turn)
        try:
            await turn.wait()
        except BaseException:
            if turn.is_set():
                self.leave()
            else:
                self._queue.remove(turn)
            raise

    def leave(self) -> None:
        if self._queue:
            self._queue.popleft().set()
        else:
            self._free += 1


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    gate = Gate(limit)

    async def ask(isbn: str) -> str:
        await gate.enter()
        try:
            return await catalogue.title(isbn)
        finally:
            gate.leave()

    async with anyio.create_task_group() as group:
        handles = {isbn: group.start_soon(ask, isbn) for isbn in isbns}
    return {isbn: handle.return_value for isbn, handle in handles.items()}
