"""Sends a batch every second, and trusts that a request never takes longer.

Caught by: never_too_many, no_longer_than_needed, filled_at_once
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
    async with anyio.create_task_group() as group:
        for number, isbn in enumerate(isbns, start=1):
            group.start_soon(look_up, catalogue, isbn, titles)
            if number % limit == 0:
                await anyio.sleep(1)
    return titles
