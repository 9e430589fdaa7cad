"""A thread-safe queue.SimpleQueue, and a second worker thread that blocks in its get()."""

from collections.abc import Sequence
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


async def develop(scanner: Scanner, screen: Screen, negatives: Sequence[int]) -> int:
    """Show each result on the screen, and return the number of specks in all."""
    results: SimpleQueue[tuple[int, int] | None] = SimpleQueue()

    def scan_film() -> None:
        for negative in negatives:
            results.put((negative, scanner.scan(negative)))
        results.put(None)

    total = 0
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.to_thread.run_sync, scan_film)
        # Only `scan` has to be called from one thread; `get` may be called from any.
        while (result := await anyio.to_thread.run_sync(results.get)) is not None:
            negative, specks = result
            await screen.show(negative, specks)
            total += specks
    return total
