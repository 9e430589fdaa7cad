"""A request that takes more than a minute gives up its place, although it is still under way.

Caught by: never_too_many, no_longer_than_needed
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
        async with anyio.create_task_group() as request:
            async with places:
                request.start_soon(ask, isbn, done := anyio.Event())
                with anyio.move_on_after(60):
                    await done.wait()

    async def ask(isbn: str, done: anyio.Event) -> None:
        titles[isbn] = await catalogue.title(isbn)
        done.set()

    async with anyio.create_task_group() as group:
        for isbn in isbns:
            group.start_soon(look_up, isbn)
    return titles
