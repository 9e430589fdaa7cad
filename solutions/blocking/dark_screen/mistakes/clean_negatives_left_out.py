"""Shows no negative without specks.

Caught by: shown_at_once, scanner_goes_on, one_thread
"""

import math
from collections.abc import Callable, Sequence
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
    """Show each result on the screen, and return the number of specks in all."""
    results_in, results_out = anyio.create_memory_object_stream[Result](math.inf)

    async def show_results() -> None:
        async with results_out:
            async for negative, specks in results_out:
                await screen.show(negative, specks)

    def report(result: Result) -> None:
        if result[1]:
            anyio.from_thread.run_sync(results_in.send_nowait, result)

    async with anyio.create_task_group() as group:
        group.start_soon(show_results)
        with (
            results_in
        ):
            total = await anyio.to_thread.run_sync(scan_film, scanner, negatives, report)
    return total
