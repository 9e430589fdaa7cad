"""Keeps the results that wait on the class, so that all calls share them.

Caught by: shown_at_once, scanner_goes_on, one_thread
"""

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


class Counter:
    """What stands on the counter: the results that the screen has still to show."""

    pending: deque[tuple[int, int]] = deque()
    ended = False

    def __init__(self) -> None:
        self.wake = anyio.Event()

    def put(self, negative: int, specks: int) -> None:
        self.pending.append((negative, specks))
        self.wake.set()

    def end(self) -> None:
        self.ended = True
        self.wake.set()

    async def serve(self, screen: Screen) -> None:
        while True:
            while self.pending:
                await screen.show(*self.pending.popleft())
            if self.ended:
                return
            self.wake = anyio.Event()
            await self.wake.wait()


async def develop(scanner: Scanner, screen: Screen, negatives: Sequence[int]) -> int:
    """Show each result on the screen, and return the number of specks in all."""
    counter = Counter()

    def scan_film() -> int:
        total = 0
        for negative in negatives:
            specks = scanner.scan(negative)
            anyio.from_thread.run_sync(counter.put, negative, specks)
            total += specks
        return total

    async with anyio.create_task_group() as group:
        group.start_soon(counter.serve, screen)
        total = await anyio.to_thread.run_sync(scan_film)
        counter.end()
    return total
