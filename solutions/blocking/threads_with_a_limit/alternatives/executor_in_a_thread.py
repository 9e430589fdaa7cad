"""The standard library's executor, which one worker thread of AnyIO's waits for."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    def download() -> list[str]:
        with ThreadPoolExecutor(max_workers=limit) as pool:
            return list(pool.map(archive.download, names))

    return await anyio.to_thread.run_sync(download)
