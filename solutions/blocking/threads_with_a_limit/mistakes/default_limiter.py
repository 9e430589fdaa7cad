"""Sets the limit of the whole program, which another call then changes.

Caught by: never_over_the_limit, as_many_as_allowed, next_begins_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...

async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = limit
    photos = [""] * len(names)

    async def download(index: int, name: str) -> None:
        photos[index] = await anyio.to_thread.run_sync(archive.download, name)

    async with anyio.create_task_group() as group:
        for index, name in enumerate(names):
            group.start_soon(download, index, name)
    return photos
