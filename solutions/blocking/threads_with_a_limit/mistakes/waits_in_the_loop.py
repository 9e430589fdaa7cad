"""Waits for a free place with a lock for threads, which holds the event loop.

Caught by: as_many_as_allowed, next_begins_at_once
"""

import threading
from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...

async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    free = threading.Semaphore(limit)
    photos = [""] * len(names)

    def download(index: int, name: str) -> None:
        try:
            photos[index] = archive.download(name)
        finally:
            free.release()

    async with anyio.create_task_group() as group:
        for index, name in enumerate(names):
            free.acquire()
            group.start_soon(anyio.to_thread.run_sync, download, index, name)
            await anyio.sleep(0)  # Lets the task start its thread.
            await anyio.sleep(0)
            await anyio.sleep(0)
            await anyio.sleep(0)
    return photos
