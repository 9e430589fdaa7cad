"""Returns as many empty photos as there are names, and downloads none.

Caught by: never_over_the_limit, as_many_as_allowed, next_begins_at_once, order_of_names
"""

from collections.abc import Sequence
from typing import Protocol


class Archive(Protocol):
    def download(self, name: str) -> str: ...


async def download_all(archive: Archive, names: Sequence[str], limit: int) -> list[str]:
    return [""] * len(names)
