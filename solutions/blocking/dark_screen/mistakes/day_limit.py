"""Gives up after a day; a long film takes longer.

Caught by: shown_at_once, scanner_goes_on, one_thread
"""

import math
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


A_DAY = 24 * 60 * 60


async def develop(scanner: Scanner, screen: Screen, negatives: Sequence[int]) -> int:
    """Show each result on the screen, and return the number of specks in all."""
    results_in, results_out = anyio.create_memory_object_stream[tuple[int, int]](math.inf)

    def scan_film() -> int:
        total = 0
        for negative in negatives:
            specks = scanner.scan(negative)
            anyio.from_thread.run_sync(results_in.send_nowait, (negative, specks))
            total += specks
        return total

    async def show_results() -> None:
        async with results_out:
            async for negative, specks in results_out:
                await screen.show(negative, specks)

    total = 0
    with anyio.move_on_after(A_DAY):
        async with anyio.create_task_group() as group:
            group.start_soon(show_results)
            with results_in:
                total = await anyio.to_thread.run_sync(scan_film)
    return total
