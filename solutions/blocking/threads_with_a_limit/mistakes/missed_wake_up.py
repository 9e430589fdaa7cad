"""Starts one download for each time that it wakes up, though two photos may have arrived.

Caught by: next_begins_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...

async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    photos = [""] * len(names)
    arrived = anyio.Event()

    async def download(index: int, name: str) -> None:
        photos[index] = await anyio.to_thread.run_sync(archive.download, name)
        arrived.set()

    async with anyio.create_task_group() as group:
        for index, name in enumerate(names):
            if index >= limit:
                await arrived.wait()
                arrived = anyio.Event()
            group.start_soon(download, index, name)
    return photos
