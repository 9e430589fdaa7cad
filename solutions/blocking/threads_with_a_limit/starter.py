"""Download all photos of an archive, through a client that blocks."""

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

    async def download(index: int, name: str) -> None:
        photos[index] = await anyio.to_thread.run_sync(archive.download, name)

    async with anyio.create_task_group() as group:
        for index, name in enumerate(names):
            group.start_soon(download, index, name)
    return photos


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
