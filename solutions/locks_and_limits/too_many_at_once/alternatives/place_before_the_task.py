"""No more tasks than requests: the loop takes the place, and the task that it starts leaves it."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    places = anyio.Semaphore(limit)

    async def look_up(isbn: str) -> str:
        try:
            return await catalogue.title(isbn)
        finally:
            places.release()

    handles: dict[str, anyio.TaskHandle[str]] = {}
    async with anyio.create_task_group() as group:
        for isbn in isbns:
            await places.acquire()
            handles[isbn] = group.start_soon(look_up, isbn)
    return {isbn: handle.return_value for isbn, handle in handles.items()}
