"""Calls for the same catalogue with the same limit share one limiter.

Caught by: no_longer_than_needed, filled_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.lowlevel import RunVar


class Catalogue(Protocol):
    """The national catalogue; a request takes a while, some much longer than others."""

    async def title(self, isbn: str) -> str: ...


_limiters: RunVar[dict[tuple[int, int], anyio.CapacityLimiter]] = RunVar("_limiters")


def limiter_for(catalogue: Catalogue, limit: int) -> anyio.CapacityLimiter:
    limiters = _limiters.get(None)
    if limiters is None:
        limiters = {}
        _limiters.set(limiters)
    key = id(catalogue), limit
    if key not in limiters:
        limiters[key] = anyio.CapacityLimiter(limit)
    return limiters[key]


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    """Return the title of every book by its number, with at most `limit` requests at a time."""
    titles: dict[str, str] = {}
    limiter = limiter_for(catalogue, limit)

    async def look_up(isbn: str) -> None:
        async with limiter:
            titles[isbn] = await catalogue.title(isbn)

    async with anyio.create_task_group() as group:
        for isbn in isbns:
            group.start_soon(look_up, isbn)
    return titles
