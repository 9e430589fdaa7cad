"""One task reads and another one writes, and they hand over one record at a time."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import anyio
import anyio.lowlevel

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
            await anyio.lowlevel.checkpoint()
    return None


async def move(old: OldDatabase, new: NewDatabase, numbers: Sequence[int]) -> list[int | None]:
    """Move these objects, one after the other, and return their receipts."""
    receipts: list[int | None] = []
    give, take = anyio.create_memory_object_stream[str | None]()
    written, wait_for_it = anyio.create_memory_object_stream[None]()

    async def read() -> None:
        async with give, wait_for_it:
            for number in numbers:
                await give.send(await insist(old.read, number))
                await wait_for_it.receive()

    async def write() -> None:
        async with take, written:
            async for record in take:
                receipts.append(None if record is None else await insist(new.write, record))
                await written.send(None)

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        group.start_soon(write)
    return receipts
