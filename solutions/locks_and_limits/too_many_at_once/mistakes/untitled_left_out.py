"""Takes an empty title for no answer, and leaves the book out.

Caught by: every_title, never_too_many, no_longer_than_needed, filled_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    places = anyio.Semaphore(limit)

    async def look_up(isbn: str) -> str:
        async with places:
            return await catalogue.title(isbn)

    titles = await anyio.amap(look_up, isbns)
    return {isbn: title for isbn, title in zip(isbns, titles, strict=True) if title}
