"""Returns at once and scans nothing.

Caught by: shown_at_once, scanner_goes_on, one_thread
"""

from collections.abc import Sequence
from typing import Protocol


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
    return 0
