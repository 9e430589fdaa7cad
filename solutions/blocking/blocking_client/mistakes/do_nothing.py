"""Returns at once and reads no letter.

Caught by: every_text_saved, readings_overlap, loop_stays_free
"""

from collections.abc import Sequence
from typing import Protocol


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    return None
