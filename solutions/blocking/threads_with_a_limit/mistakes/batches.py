"""Starts a batch of downloads, waits for the slowest of them, and only then starts the next batch.

Caught by: next_begins_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    async def download(name: str) -> str:
        return await anyio.to_thread.run_sync(archive.download, name)

    photos: list[str] = []
    for start in range(0, len(names), limit):
        photos += await anyio.amap(download, names[start : start + limit])
    return photos
