"""Moves nothing at all, and so is over at once.

Caught by: ends_when_told, the_caller_hears, tries_again
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar


T = TypeVar("T")

TRIES = 3


class OldDatabase(Protocol):
    async def read(self, number: int) -> str:
        """Return the record of an object."""
        ...


class NewDatabase(Protocol):
    async def write(self, record: str) -> int:
        """Store a record, and return the number of the receipt."""
        ...


async def move(old: OldDatabase, new: NewDatabase, numbers: Sequence[int]) -> list[int | None]:
    """Move these objects, one after the other, and return their receipts."""
    return [None for _ in numbers]
