"""Starts the tasks of a group in the worker thread.

Caught by: shown_at_once, scanner_goes_on, one_thread
"""

from collections.abc import Callable, Sequence
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
    screen_is_free = anyio.Lock()

    async def show(negative: int, specks: int) -> None:
        async with screen_is_free:
            await screen.show(negative, specks)

    async with anyio.create_task_group() as group:

        def report(result: Result) -> None:
            group.start_soon(show, *result)

        total = await anyio.to_thread.run_sync(scan_film, scanner, negatives, report)
    return total
