"""The limiter is made once for the module, and every later call gets the limit of the first.

Caught by: never_too_many, no_longer_than_needed, filled_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


limiters: list[anyio.CapacityLimiter] = []


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    titles: dict[str, str] = {}
    if not limiters:
        limiters.append(anyio.CapacityLimiter(limit))
    limiter = limiters[0]

    async def look_up(isbn: str) -> None:
        async with limiter:
            titles[isbn] = await catalogue.title(isbn)

    async with anyio.create_task_group() as group:
        for isbn in isbns:
            group.start_soon(look_up, isbn)
    return titles
