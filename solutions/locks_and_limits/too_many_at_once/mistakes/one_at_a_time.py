"""One request after the other: never too many, and very slow.

Caught by: no_longer_than_needed, filled_at_once
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Catalogue(Protocol):
    """The national catalogue; a request takes a while, some much longer than others."""

    async def title(self, isbn: str) -> str: ...


async def look_up_all(catalogue: Catalogue, isbns: Sequence[str], limit: int) -> dict[str, str]:
    return {isbn: await catalogue.title(isbn) for isbn in isbns}
