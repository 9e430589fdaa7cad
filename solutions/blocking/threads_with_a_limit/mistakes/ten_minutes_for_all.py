"""Gives the whole call ten minutes, which a slow archive needs more than.

Caught by: never_over_the_limit, as_many_as_allowed, next_begins_at_once, order_of_names
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    """The photo archive; its client is an ordinary, blocking one."""

    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    """Return the photos of these names, in their order."""
    photos = [""] * len(names)
    limiter = anyio.CapacityLimiter(limit)

    async def download(index: int, name: str) -> None:
        photos[index] = await anyio.to_thread.run_sync(archive.download, name, limiter=limiter)

    with anyio.fail_after(600):
        async with anyio.create_task_group() as group:
            for index, name in enumerate(names):
                group.start_soon(download, index, name)
    return photos
