"""Returns the photos in the order in which they arrived.

Caught by: order_of_names
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    limiter = anyio.CapacityLimiter(limit)
    photos: list[str] = []

    async def download(name: str) -> None:
        photos.append(await anyio.to_thread.run_sync(archive.download, name, limiter=limiter))

    async with anyio.create_task_group() as group:
        for name in names:
            group.start_soon(download, name)
    return photos
