"""Gives a request up after a day, and enters the book without a title.

Caught by: every_title, never_too_many, no_longer_than_needed, filled_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    """The national catalogue; a request takes a while, some much longer than others."""

    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    """Return the title of every book by its number, with at most `limit` requests at a time."""
    titles: dict[str, str] = dict.fromkeys(isbns, "")
    limiter = anyio.CapacityLimiter(limit)

    async def look_up(isbn: str) -> None:
        async with limiter:
            with anyio.move_on_after(24 * 60 * 60):
                titles[isbn] = await catalogue.title(isbn)

    async with anyio.create_task_group() as group:
        for isbn in isbns:
            group.start_soon(look_up, isbn)
    return titles
