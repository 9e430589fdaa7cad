"""Look through boxes of letters, one box at a time."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol


class Archive(Protocol):
    async def fetch(self, box: int) -> None: ...
    async def take(self, box: int) -> str | None: ...
    async def give_back(self, box: int) -> None: ...


class Expert(Protocol):
    async def wants(self, letter: str) -> bool: ...


async def letters(archive: Archive, box: int) -> AsyncGenerator[str, None]:
    """The letters in a box, which is on the table meanwhile."""
    await archive.fetch(box)
    try:
        while (letter := await archive.take(box)) is not None:
            yield letter
    finally:
        await archive.give_back(box)


async def first_letters(archive: Archive, expert: Expert, boxes: Sequence[int]) -> list[str | None]:
    """Return the first letter from each box that the expert wants, or None."""
    found: list[str | None] = []
    for box in boxes:
        wanted = None
        async for letter in letters(archive, box):
            if await expert.wants(letter):
                wanted = letter
                break
        found.append(wanted)
    return found


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
