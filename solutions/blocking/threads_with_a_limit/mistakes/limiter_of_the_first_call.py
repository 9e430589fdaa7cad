"""Makes the limiter in the first call, and keeps it for all later ones.

Caught by: never_over_the_limit, as_many_as_allowed, next_begins_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar


class Archive(Protocol):
    def download(self, name: str) -> str: ...

_limiter: RunVar[anyio.CapacityLimiter] = RunVar("_limiter")


def get_limiter(limit: int) -> anyio.CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(limit)
        _limiter.set(limiter)
        return limiter


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    photos = [""] * len(names)

    async def download(index: int, name: str) -> None:
        photos[index] = await anyio.to_thread.run_sync(
            archive.download, name, limiter=get_limiter(limit)
        )

    async with anyio.create_task_group() as group:
        for index, name in enumerate(names):
            group.start_soon(download, index, name)
    return photos
