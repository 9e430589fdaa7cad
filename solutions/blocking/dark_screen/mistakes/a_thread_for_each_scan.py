"""Needs no call back into the loop, but scans each negative in a thread of its own.

Caught by: one_thread
"""

import math
from collections.abc import Sequence
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


async def develop(scanner: Scanner, screen: Screen, negatives: Sequence[int]) -> int:
    total = 0
    results_in, results_out = anyio.create_memory_object_stream[Result](math.inf)

    async def show_results() -> None:
        async with results_out:
            async for negative, specks in results_out:
                await screen.show(negative, specks)

    async with anyio.create_task_group() as group:
        group.start_soon(show_results)
        with results_in:
            for negative in negatives:
                specks = await anyio.to_thread.run_sync(scanner.scan, negative)
                results_in.send_nowait((negative, specks))
                total += specks
    return total
