"""A step keeps count of its tries and knows what came of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypeVar

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


@dataclass
class Step(Generic[T]):
    """A call that is made until it works, or has failed too often."""

    call: Callable[[], Awaitable[T]]
    results: list[T] = field(default_factory=list)
    tries: int = 0

    @property
    def is_over(self) -> bool:
        return bool(self.results) or self.tries == TRIES

    async def run(self) -> None:
        while not self.is_over:
            self.tries += 1
            try:
                self.results.append(await self.call())
            except Exception as error:
                print(f"try {self.tries}: {error!r}")


class Move:
    def __init__(self, old: OldDatabase, new: NewDatabase) -> None:
        self._old = old
        self._new = new

    async def one(self, number: int) -> int | None:
        reading = Step(partial(self._old.read, number))
        await reading.run()
        for record in reading.results:
            writing = Step(partial(self._new.write, record))
            await writing.run()
            return writing.results[0] if writing.results else None
        return None


async def move(old: OldDatabase, new: NewDatabase, numbers: Sequence[int]) -> list[int | None]:
    """Move these objects, one after the other, and return their receipts."""
    job = Move(old, new)
    return [await job.one(number) for number in numbers]
