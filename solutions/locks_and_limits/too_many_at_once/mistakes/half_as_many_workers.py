"""No worker is started for one book only, so that with few books places stay empty.

Caught by: no_longer_than_needed, filled_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    titles: dict[str, str] = {}
    waiting = iter(isbns)

    async def worker() -> None:
        for isbn in waiting:
            titles[isbn] = await catalogue.title(isbn)

    async with anyio.create_task_group() as group:
        for _ in range(min(limit, (len(isbns) + 1) // 2)):
            group.start_soon(worker)
    return titles
