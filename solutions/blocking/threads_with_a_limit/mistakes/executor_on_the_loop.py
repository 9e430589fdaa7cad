"""Lets an executor do the downloads, and the event loop's own thread waits for it.

Caught by: as_many_as_allowed, next_begins_at_once
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    with ThreadPoolExecutor(max_workers=limit) as pool:
        return list(pool.map(archive.download, names))
