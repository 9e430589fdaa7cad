"""Gives each thread a share of the names beforehand, and nobody helps the one that is slow.

Caught by: next_begins_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    photos: dict[str, str] = {}

    def download(share: Sequence[str]) -> None:
        for name in share:
            photos[name] = archive.download(name)

    async with anyio.create_task_group() as group:
        for start in range(limit):
            group.start_soon(anyio.to_thread.run_sync, download, names[start::limit])
    return [photos[name] for name in names]
