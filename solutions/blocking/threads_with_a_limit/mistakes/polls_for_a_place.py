"""Looks every tenth of a second whether there is a free place.

Caught by: never_over_the_limit, as_many_as_allowed, next_begins_at_once, order_of_names
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    photos = [""] * len(names)
    under_way = 0

    async def download(index: int, name: str) -> None:
        nonlocal under_way
        photos[index] = await anyio.to_thread.run_sync(archive.download, name)
        under_way -= 1

    async with anyio.create_task_group() as group:
        for index, name in enumerate(names):
            while under_way >= limit:
                await anyio.sleep(0.1)
            under_way += 1
            group.start_soon(download, index, name)
    return photos
