"""As many threads as places; each takes the next name itself."""

import threading
from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.from_thread
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    photos = [""] * len(names)
    todo = iter(range(len(names)))
    lock = threading.Lock()
    failed = threading.Event()
    threads = anyio.CapacityLimiter(limit)

    def fetch_until_done() -> None:
        while True:
            anyio.from_thread.check_cancelled()
            with lock:
                index = None if failed.is_set() else next(todo, None)
            if index is None:
                return
            try:
                photos[index] = archive.download(names[index])
            except BaseException:
                failed.set()
                raise

    async def worker() -> None:
        await anyio.to_thread.run_sync(fetch_until_done, limiter=threads)

    async with anyio.create_task_group() as group:
        for _ in range(min(limit, len(names))):
            group.start_soon(worker)
    return photos
