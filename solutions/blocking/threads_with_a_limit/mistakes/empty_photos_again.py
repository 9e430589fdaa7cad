"""Takes an empty photo for one that has not come, and downloads it again.

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
    photos = [""] * len(names)

    async def download(index: int) -> None:
        photos[index] = await anyio.to_thread.run_sync(
            archive.download, names[index], limiter=limiter
        )

    for _ in range(2):  # A second round for what is still missing.
        async with anyio.create_task_group() as group:
            for index, photo in enumerate(photos):
                if not photo:
                    group.start_soon(download, index)
    return photos
