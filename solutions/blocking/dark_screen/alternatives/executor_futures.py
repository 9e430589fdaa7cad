"""A ThreadPoolExecutor of one thread per call, a job per negative, and an anyio.Future for each."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import anyio
import anyio.from_thread
import anyio.lowlevel


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
    token = anyio.lowlevel.current_token()
    futures = [anyio.Future[int]() for _ in negatives]

    def scan_one(negative: int, future: anyio.Future[int]) -> None:
        specks = scanner.scan(negative)
        anyio.from_thread.run_sync(setattr, future, "return_value", specks, token=token)

    total = 0
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="scanner") as executor:
        for negative, future in zip(negatives, futures, strict=True):
            executor.submit(scan_one, negative, future)
        for negative, future in zip(negatives, futures, strict=True):
            specks = await future
            await screen.show(negative, specks)
            total += specks
        # Every job has ended by now, so leaving the block does not hold the event loop up.
    return total
