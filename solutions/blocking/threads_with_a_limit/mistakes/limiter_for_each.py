"""Makes a limiter for each call, which nobody else ever asks for a token.

Caught by: never_over_the_limit
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    async def download(name: str) -> str:
        limiter = anyio.CapacityLimiter(limit)
        return await anyio.to_thread.run_sync(archive.download, name, limiter=limiter)

    return await anyio.amap(download, names)
