"""The last book is asked for by the function itself, which takes no place for it.

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
        try:
            titles[isbn] = await catalogue.title(isbn)
        finally:
            places.release()

    async with anyio.create_task_group() as group:
        for isbn in isbns[:-1]:
            await places.acquire()
            group.start_soon(look_up, isbn)
        for isbn in isbns[-1:]:
            titles[isbn] = await catalogue.title(isbn)
    return titles
