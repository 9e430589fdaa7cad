"""Moves all objects at the same time.

Caught by: ends_when_told, the_caller_hears, tries_again
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import anyio


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


async def insist(call: Callable[..., Awaitable[T]], argument: object) -> T | None:
    """Make a call, up to three times. Return None if it has failed each time."""
    for _ in range(TRIES):
        try:
            return await call(argument)
        except Exception as error:
            print(f"that did not work: {error!r}")
    return None


async def move(old: OldDatabase, new: NewDatabase, numbers: Sequence[int]) -> list[int | None]:
    """Move these objects, one after the other, and return their receipts."""

    async def one(number: int) -> int | None:
        record = await insist(old.read, number)
        return None if record is None else await insist(new.write, record)

    return await anyio.amap(one, numbers)
