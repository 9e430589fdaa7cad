"""Deals the books out to the workers beforehand; who is done early does not help the others.

Caught by: filled_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    """The national catalogue; a request takes a while, some much longer than others."""

    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    titles: dict[str, str] = {}

    async def worker(share: Sequence[str]) -> None:
        for isbn in share:
            titles[isbn] = await catalogue.title(isbn)

    async with anyio.create_task_group() as group:
        for number in range(limit):
            group.start_soon(worker, isbns[number::limit])
    return titles
