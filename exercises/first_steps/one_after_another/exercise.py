"""Look up everybody's phone number, office by office."""

from collections.abc import Sequence
from typing import Protocol


class Directory(Protocol):
    """The company's directory; each question takes a second or so."""

    async def look_up(self, name: str) -> int: ...


async def look_up_office(
    directory: Directory, names: Sequence[str], phone_book: dict[str, int]
) -> None:
    """Put the numbers of one office into the phone book, in the order of the list."""
    for name in names:
        phone_book[name] = await directory.look_up(name)


async def look_up_all(directory: Directory, offices: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return everybody's number. `offices` holds a list of names for each office."""
    phone_book: dict[str, int] = {}
    for names in offices:
        await look_up_office(directory, names, phone_book)
    return phone_book


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
