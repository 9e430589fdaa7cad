"""Is not to be cancelled in the middle of an object.

Caught by: ends_when_told
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
        except Exception:
            pass
    return None


async def move(old: OldDatabase, new: NewDatabase, numbers: Sequence[int]) -> list[int | None]:
    """Move these objects, one after the other, and return their receipts."""
    receipts: list[int | None] = []
    for number in numbers:
        await anyio.sleep(0)
        with anyio.CancelScope(shield=True):
            record = await insist(old.read, number)
            receipts.append(None if record is None else await insist(new.write, record))
    return receipts
