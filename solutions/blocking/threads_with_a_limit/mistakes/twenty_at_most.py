"""Never uses more than twenty threads, whatever the contract allows.

Caught by: as_many_as_allowed, next_begins_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...

MAX_WORKERS = 20


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    photos = [""] * len(names)
    todo = iter(enumerate(names))

    async def worker() -> None:
        for index, name in todo:
            photos[index] = await anyio.to_thread.run_sync(archive.download, name)

    async with anyio.create_task_group() as group:
        for _ in range(min(limit, len(names), MAX_WORKERS)):
            group.start_soon(worker)
    return photos
