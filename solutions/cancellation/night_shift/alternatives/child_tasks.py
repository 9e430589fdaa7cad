"""Each try is a task of its own, whose error comes out of its group."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

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


async def insist(call: Callable[..., Coroutine[Any, Any, T]], argument: object) -> T | None:
    """Make a call, up to three times. Return None if it has failed each time."""
    for _ in range(TRIES):
        try:
            async with anyio.create_task_group() as group:
                task = group.start_soon(call, argument)
        except* Exception:
            pass
        else:
            return task.return_value
    return None


async def move(old: OldDatabase, new: NewDatabase, numbers: Sequence[int]) -> list[int | None]:
    """Move these objects, one after the other, and return their receipts."""
    receipts: list[int | None] = []
    for number in numbers:
        record = await insist(old.read, number)
        receipts.append(None if record is None else await insist(new.write, record))
    return receipts
