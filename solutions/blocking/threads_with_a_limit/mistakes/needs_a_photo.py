"""Takes the results apart with zip(), which needs one at least.

Caught by: never_over_the_limit, as_many_as_allowed, next_begins_at_once, order_of_names
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...

async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    limiter = anyio.CapacityLimiter(limit)
    arrived: list[tuple[int, str]] = []

    async def download(index: int, name: str) -> None:
        photo = await anyio.to_thread.run_sync(archive.download, name, limiter=limiter)
        arrived.append((index, photo))

    async with anyio.create_task_group() as group:
        for index, name in enumerate(names):
            group.start_soon(download, index, name)
    _, photos = zip(*sorted(arrived))
    return list(photos)
