"""A condition and a counter, extra checkpoints, and two groups."""

import math
from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    changed = anyio.Condition(anyio.Lock(fast_acquire=True))
    threads = anyio.CapacityLimiter(math.inf)
    under_way = 0
    arrived: list[tuple[int, str]] = []

    async def download(index: int, name: str) -> None:
        nonlocal under_way
        photo = await anyio.to_thread.run_sync(archive.download, name, limiter=threads)
        await anyio.lowlevel.checkpoint()
        arrived.append((index, photo))
        async with changed:
            under_way -= 1
            changed.notify_all()

    async with anyio.create_task_group() as outer, anyio.create_task_group() as inner:
        for index, name in enumerate(names):
            async with changed:
                while under_way == limit:
                    await changed.wait()
                under_way += 1
            (inner if index % 2 else outer).start_soon(download, index, name)
            await anyio.lowlevel.checkpoint()
    return [photo for _, photo in sorted(arrived)]
