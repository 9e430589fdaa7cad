"""Looks up a letter by its scan, though another one may look just the same.

Caught by: every_text_saved, readings_overlap, loop_stays_free
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...

async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    letters: dict[str, int] = {}

    async def read(scan: str) -> None:
        text = await anyio.to_thread.run_sync(reader.read, scan)
        await storage.save(letters[scan], text)

    async def fetch(number: int) -> None:
        scan = await storage.fetch(number)
        letters[scan] = number
        group.start_soon(read, scan)

    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(fetch, number)
