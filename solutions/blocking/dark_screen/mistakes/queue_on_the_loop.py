"""Hands the results over through a queue that is made for threads, and waits for them on the event loop.

Caught by: shown_at_once, scanner_goes_on, one_thread
"""

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Protocol

import anyio
import anyio.to_thread


class Scanner(Protocol):
    """Scans negatives; its driver is an ordinary, blocking one."""

    def scan(self, negative: int) -> int:
        """Return the number of specks on this negative."""
        ...


class Screen(Protocol):
    """Stands on the counter, and shows one result at a time."""

    async def show(self, negative: int, specks: int) -> None: ...


Result = tuple[int, int]
"""A negative, and the number of its specks."""


def scan_film(scanner: Scanner, negatives: Sequence[int], report: Callable[[Result], None]) -> int:
    """Scan one negative after the other in a worker thread, report each, and return the sum."""
    total = 0
    for negative in negatives:
        specks = scanner.scan(negative)
        report((negative, specks))
        total += specks
    return total


async def develop(scanner: Scanner, screen: Screen, negatives: Sequence[int]) -> int:
    results: SimpleQueue[Result] = SimpleQueue()

    async def show_results() -> None:
        for _ in negatives:
            negative, specks = results.get()
            await screen.show(negative, specks)

    async with anyio.create_task_group() as group:
        group.start_soon(show_results)
        total = await anyio.to_thread.run_sync(scan_film, scanner, negatives, results.put)
    return total
