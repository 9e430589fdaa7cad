"""Sends a batch and waits for all of it, so that the slowest request of a batch holds up the rest.

Caught by: filled_at_once
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
    for first in range(0, len(isbns), limit):
        async with anyio.create_task_group() as group:
            for isbn in isbns[first : first + limit]:
                group.start_soon(look_up, catalogue, isbn, titles)
    return titles
