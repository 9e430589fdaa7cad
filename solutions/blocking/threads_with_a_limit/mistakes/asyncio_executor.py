"""Uses an executor through asyncio's event loop, which trio does not have.

Caught by: never_over_the_limit (trio), as_many_as_allowed (trio), next_begins_at_once (trio), order_of_names (trio)
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max_workers=limit) as pool:
        return await asyncio.gather(
            *(loop.run_in_executor(pool, archive.download, name) for name in names)
        )
