"""The semaphore is held while a task is started, not while it works.

Caught by: never_too_many, no_longer_than_needed
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    """The national catalogue; a request takes a while, some much longer than others."""

    async def title(self, isbn: str) -> str: ...


async def look_up(catalogue: Catalogue, isbn: str, titles: dict[str, str]) -> None:
    titles[isbn] = await catalogue.title(isbn)


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    titles: dict[str, str] = {}
    semaphore = anyio.Semaphore(limit)
    async with anyio.create_task_group() as group:
        for isbn in isbns:
            async with semaphore:
                group.start_soon(look_up, catalogue, isbn, titles)
    return titles
