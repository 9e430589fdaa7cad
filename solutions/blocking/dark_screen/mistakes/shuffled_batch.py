"""Shows the results that have come meanwhile in a task each, and leaves their order to a lock.

Caught by: shown_at_once (trio), scanner_goes_on (trio), one_thread (trio)
"""

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


Result = tuple[int, int]


async def develop(scanner: Scanner, screen: Screen, negatives: Sequence[int]) -> int:
    """Show each result on the screen, and return the number of specks in all."""
    the_screen = anyio.Lock()  # Whoever asks first gets it first.
    batch: list[Result] = []
    wake = anyio.Event()
    ended = False

    def report(result: Result) -> None:
        batch.append(result)
        wake.set()

    def scan_film() -> int:
        total = 0
        for negative in negatives:
            specks = scanner.scan(negative)
            anyio.from_thread.run_sync(report, (negative, specks))
            total += specks
        return total

    async def show_one(negative: int, specks: int) -> None:
        async with the_screen:
            await screen.show(negative, specks)

    async def show_results() -> None:
        nonlocal batch, wake
        while batch or not ended:
            if not batch:
                wake = anyio.Event()
                await wake.wait()
            results, batch = batch, []
            async with anyio.create_task_group() as shows:
                for negative, specks in results:
                    shows.start_soon(show_one, negative, specks)

    async with anyio.create_task_group() as group:
        group.start_soon(show_results)
        total = await anyio.to_thread.run_sync(scan_film)
        ended = True
        wake.set()
    return total
