"""BlockingPortal; a task for each result, which waits for the Event of the one before it."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread
from anyio.from_thread import BlockingPortal


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
    total = 0
    last_shown = anyio.Event()
    last_shown.set()

    async def show_after(before: anyio.Event, shown: anyio.Event, result: tuple[int, int]) -> None:
        await before.wait()
        await screen.show(*result)
        shown.set()

    async with anyio.create_task_group() as group, BlockingPortal() as portal:

        def enqueue(result: tuple[int, int]) -> None:
            nonlocal last_shown
            before, last_shown = last_shown, anyio.Event()
            group.start_soon(show_after, before, last_shown, result)

        def scan_film() -> None:
            nonlocal total
            for negative in negatives:
                specks = scanner.scan(negative)
                portal.call(enqueue, (negative, specks))
                total += specks

        await anyio.to_thread.run_sync(scan_film)
    return total
