"""`limit` workers, and a stream from which each takes the next book when it is done with one."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    titles: dict[str, str] = {}
    send, receive = anyio.create_memory_object_stream[str]()

    async def worker() -> None:
        async with receive.clone() as books:
            async for isbn in books:
                titles[isbn] = await catalogue.title(isbn)

    with receive:
        async with anyio.create_task_group() as group, send:
            for _ in range(limit):
                group.start_soon(worker)
            for isbn in isbns:
                await send.send(isbn)
    return titles
