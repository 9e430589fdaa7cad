"""Never looks at the limit, and allows ten downloads, which was right for one customer.

Caught by: never_over_the_limit, as_many_as_allowed, next_begins_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    limiter = anyio.CapacityLimiter(10)

    async def download(name: str) -> str:
        return await anyio.to_thread.run_sync(archive.download, name, limiter=limiter)

    return await anyio.amap(download, names)
