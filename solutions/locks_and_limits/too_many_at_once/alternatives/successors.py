"""A task for each request; the one that is answered starts the next."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    titles: dict[str, str] = {}
    waiting = list(reversed(isbns))

    def start_next() -> None:
        if waiting:
            group.start_soon(ask, waiting.pop())

    async def ask(isbn: str) -> None:
        titles[isbn] = await catalogue.title(isbn)
        start_next()

    async with anyio.create_task_group() as group:
        for _ in range(limit):
            start_next()
    return titles
