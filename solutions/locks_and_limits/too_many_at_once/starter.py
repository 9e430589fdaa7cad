"""Look up many books in the catalogue, and never too many at once."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    """The national catalogue; a request takes a while, some much longer than others."""

    async def title(self, isbn: str) -> str: ...


async def look_up(catalogue: Catalogue, isbn: str, titles: dict[str, str]) -> None:
    titles[isbn] = await catalogue.title(isbn)


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    """Return the title of every book by its number, with at most `limit` requests at a time."""
    titles: dict[str, str] = {}
    async with anyio.create_task_group() as group:
        for isbn in isbns:
            group.start_soon(look_up, catalogue, isbn, titles)
    return titles


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
