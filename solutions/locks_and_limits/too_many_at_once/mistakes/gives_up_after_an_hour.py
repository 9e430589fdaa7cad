"""Gives the whole of it an hour, and returns what it has by then.

Caught by: every_title, never_too_many, no_longer_than_needed, filled_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    titles: dict[str, str] = {}
    places = anyio.Semaphore(limit)

    async def look_up(isbn: str) -> None:
        async with places:
            titles[isbn] = await catalogue.title(isbn)

    with anyio.move_on_after(3600):
        async with anyio.create_task_group() as group:
            for isbn in isbns:
                group.start_soon(look_up, isbn)
    return titles
