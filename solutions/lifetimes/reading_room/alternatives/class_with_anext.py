"""A class that is both: a context manager, which has the box, and an iterator over its letters."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self


class Archive(Protocol):
    async def fetch(self, box: int) -> None: ...
    async def take(self, box: int) -> str | None: ...
    async def give_back(self, box: int) -> None: ...


class Expert(Protocol):
    async def wants(self, letter: str) -> bool: ...


class Box:
    def __init__(self, archive: Archive, number: int) -> None:
        self._archive = archive
        self._number = number

    async def __aenter__(self) -> Self:
        await self._archive.fetch(self._number)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._archive.give_back(self._number)  # noqa: ASYNC102 - nobody cancels it

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        letter = await self._archive.take(self._number)
        if letter is None:
            raise StopAsyncIteration
        return letter


async def first_wanted(archive: Archive, expert: Expert, number: int) -> str | None:
    async with Box(archive, number) as box:
        async for letter in box:
            if await expert.wants(letter):
                return letter
    return None


async def first_letters(archive: Archive, expert: Expert, boxes: Sequence[int]) -> list[str | None]:
    return [await first_wanted(archive, expert, box) for box in boxes]
