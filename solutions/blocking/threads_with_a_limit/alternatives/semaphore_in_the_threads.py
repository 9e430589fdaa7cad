"""More threads than places: each of them waits for a place before it downloads."""

import math
import threading
from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    places = threading.BoundedSemaphore(limit)
    threads = anyio.CapacityLimiter(math.inf)

    def download(name: str) -> str:
        with places:
            return archive.download(name)

    async with anyio.create_task_group() as group:
        handles = [
            group.create_task(anyio.to_thread.run_sync(download, name, limiter=threads))
            for name in names
        ]
    return [handle.return_value for handle in handles]
