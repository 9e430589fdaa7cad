"""Whoever has downloaded a photo starts the task for the next one."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


class Move:
    def __init__(self, archive: Archive, names: Sequence[str], limit: int) -> None:
        self.archive = archive
        self.left = deque(enumerate(names))
        self.photos: list[str | None] = [None] * len(names)
        self.limit = limit
        self.threads = anyio.CapacityLimiter(limit)

    async def step(self, index: int, name: str) -> None:
        self.photos[index] = await anyio.to_thread.run_sync(
            self.archive.download, name, limiter=self.threads
        )
        self.next()

    def next(self) -> None:
        if self.left:
            self.group.start_soon(self.step, *self.left.popleft())

    async def run(self) -> list[str]:
        async with anyio.create_task_group() as self.group:
            for _ in range(self.limit):
                self.next()
        return [photo for photo in self.photos if photo is not None]


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    return await Move(archive, names, limit).run()
