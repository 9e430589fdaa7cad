"""A context manager has the box; the letters are a plain loop inside."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol


class Archive(Protocol):
    async def fetch(self, box: int) -> None: ...
    async def take(self, box: int) -> str | None: ...
    async def give_back(self, box: int) -> None: ...


class Expert(Protocol):
    async def wants(self, letter: str) -> bool: ...


@asynccontextmanager
async def on_the_table(archive: Archive, box: int) -> AsyncIterator[int]:
    await archive.fetch(box)
    try:
        yield box
    finally:
        await archive.give_back(box)  # noqa: ASYNC102 - nobody cancels it


async def first_letters(archive: Archive, expert: Expert, boxes: Sequence[int]) -> list[str | None]:
    found: list[str | None] = []
    for number in boxes:
        async with on_the_table(archive, number) as box:
            while (letter := await archive.take(box)) is not None:
                if await expert.wants(letter):
                    break
        found.append(letter)
    return found
