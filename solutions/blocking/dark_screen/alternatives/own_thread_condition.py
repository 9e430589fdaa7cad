"""A plain threading.Thread with the loop's token, and a Condition that it notifies in the loop."""

import threading
from collections import deque
from collections.abc import Sequence
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
    condition = anyio.Condition()
    results: deque[tuple[int, int]] = deque()

    async def put(negative: int, specks: int) -> None:
        async with condition:
            results.append((negative, specks))
            condition.notify_all()

    def scan_film() -> None:
        for negative in negatives:
            specks = scanner.scan(negative)
            anyio.from_thread.run(put, negative, specks, token=token)

    thread = threading.Thread(target=scan_film, daemon=True)
    thread.start()
    total = 0
    for _ in negatives:
        async with condition:
            await condition.wait_for(lambda: bool(results))
            negative, specks = results.popleft()
        await screen.show(negative, specks)
        total += specks
    thread.join()  # It has nothing left to do.
    return total
