"""Scan the negatives of a film, and show what was found while the scanner goes on."""

import math
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
    """Show each result on the screen, and return the number of specks in all."""
    # What is put in at one end of the stream comes out at the other end, in the same order.
    results_in, results_out = anyio.create_memory_object_stream[Result](math.inf)

    async def show_results() -> None:
        async with results_out:
            async for negative, specks in results_out:
                await screen.show(negative, specks)

    async with anyio.create_task_group() as group:
        group.start_soon(show_results)
        with (
            results_in
        ):  # At its end this is closed, and then the loop in `show_results` ends, too.
            total = await anyio.to_thread.run_sync(
                scan_film, scanner, negatives, results_in.send_nowait
            )
    return total


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
