"""Closes the generator by hand, in a `finally`."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol


class Archive(Protocol):
    async def fetch(self, box: int) -> None: ...
    async def take(self, box: int) -> str | None: ...
    async def give_back(self, box: int) -> None: ...


class Expert(Protocol):
    async def wants(self, letter: str) -> bool: ...


async def letters(archive: Archive, box: int) -> AsyncGenerator[str, None]:
    await archive.fetch(box)
    try:
        while (letter := await archive.take(box)) is not None:
            yield letter
    finally:
        await archive.give_back(box)  # noqa: ASYNC102 - nobody cancels it


async def first_letters(archive: Archive, expert: Expert, boxes: Sequence[int]) -> list[str | None]:
    found: list[str | None] = []
    for box in boxes:
        in_the_box = letters(archive, box)
        try:
            async for letter in in_the_box:
                if await expert.wants(letter):
                    found.append(letter)
                    break
            else:
                found.append(None)
        finally:
            await in_the_box.aclose()
    return found
