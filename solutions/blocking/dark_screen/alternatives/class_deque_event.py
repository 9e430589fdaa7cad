"""A class owned by the event loop: a deque, and one hand-made wake-up Event per wait."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.from_thread
import anyio.to_thread


class Scanner(Protocol):
    """Scans negatives; its driver is an ordinary, blocking one."""

    def scan(self, negative: int) -> int:
        """Return the number of specks on this negative."""
        ...


class Screen(Protocol):
    """Stands on the counter, and shows one result at a time."""

    async def show(self, negative: int, specks: int) -> None: ...


class Film:
    """Owned by the event loop's thread; the worker comes in through `from_thread.run_sync` only."""

    def __init__(self, scanner: Scanner, screen: Screen, negatives: Sequence[int]) -> None:
        self.scanner = scanner
        self.screen = screen
        self.negatives = negatives
        self.pending: deque[tuple[int, int]] = deque()
        self.ended = False
        self.wake: anyio.Event | None = None
        self.total = 0

    def _poke(self) -> None:
        if self.wake is not None:
            self.wake.set()

    def _add(self, negative: int, specks: int) -> None:
        self.pending.append((negative, specks))
        self._poke()

    def _scan_all(self) -> None:
        for negative in self.negatives:
            specks = self.scanner.scan(negative)
            anyio.from_thread.run_sync(self._add, negative, specks)

    async def scan(self) -> None:
        await anyio.to_thread.run_sync(self._scan_all)
        self.ended = True
        self._poke()

    async def show(self) -> None:
        while True:
            while self.pending:
                negative, specks = self.pending.popleft()
                await self.screen.show(negative, specks)
                self.total += specks
            if self.ended:
                return
            self.wake = anyio.Event()
            await self.wake.wait()


async def develop(scanner: Scanner, screen: Screen, negatives: Sequence[int]) -> int:
    """Show each result on the screen, and return the number of specks in all."""
    film = Film(scanner, screen, negatives)
    async with anyio.create_task_group() as group:
        group.start_soon(film.scan)
        group.start_soon(film.show)
    return film.total
