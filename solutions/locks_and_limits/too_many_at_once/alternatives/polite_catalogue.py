"""A class that stands for the catalogue and keeps the limit by itself, with extra checkpoints."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


class PoliteCatalogue:
    def __init__(self, catalogue: Catalogue, limit: int) -> None:
        self._catalogue = catalogue
        self._free = limit
        self._changed = anyio.Condition()

    async def title(self, isbn: str) -> str:
        async with self._changed:
            await self._changed.wait_for(lambda: self._free > 0)
            self._free -= 1
        try:
            await anyio.lowlevel.checkpoint()
            return await self._catalogue.title(isbn)
        finally:
            with anyio.CancelScope(shield=True):
                async with self._changed:
                    self._free += 1
                    self._changed.notify()


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    polite = PoliteCatalogue(catalogue, limit)
    titles = await anyio.gather(*[polite.title(isbn) for isbn in isbns])
    return dict(zip(isbns, titles, strict=True))
