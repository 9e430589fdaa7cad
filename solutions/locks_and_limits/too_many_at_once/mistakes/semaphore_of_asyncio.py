"""A semaphore of asyncio's, which needs asyncio's event loop as soon as a task has to wait.

Caught by: every_title (trio), never_too_many (trio), no_longer_than_needed (trio), filled_at_once (trio)
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    """The national catalogue; a request takes a while, some much longer than others."""

    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    titles: dict[str, str] = {}
    semaphore = asyncio.Semaphore(limit)

    async def look_up(isbn: str) -> None:
        async with semaphore:
            titles[isbn] = await catalogue.title(isbn)

    async with anyio.create_task_group() as group:
        for isbn in isbns:
            group.start_soon(look_up, isbn)
    return titles
