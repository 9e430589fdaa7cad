"""A class that holds a semaphore around each thread, and `anyio.gather` for the results."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel
from anyio.to_thread import run_sync


class Archive(Protocol):
    def download(self, name: str) -> str: ...


class Contract:
    def __init__(self, archive: Archive, limit: int) -> None:
        self._archive = archive
        self._places = anyio.Semaphore(limit)

    async def download(self, name: str) -> str:
        await anyio.lowlevel.checkpoint()
        async with self._places:
            return await run_sync(self._archive.download, name)


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    contract = Contract(archive, limit)
    photos: tuple[str, ...] = await anyio.gather(*(contract.download(name) for name in names))
    return list(photos)
