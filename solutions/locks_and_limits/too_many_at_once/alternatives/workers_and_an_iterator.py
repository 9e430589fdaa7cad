"""`limit` workers that share one iterator, and more of them than there are books if need be."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    books = iter(isbns)

    async def worker(_: int) -> dict[str, str]:
        await anyio.lowlevel.checkpoint()
        return {isbn: await catalogue.title(isbn) for isbn in books}

    titles: dict[str, str] = {}
    for part in await anyio.amap(worker, range(limit)):
        titles |= part
    return titles
