"""Remembers the texts by their numbers, from one call to the next.

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

_texts: dict[int, str] = {}


async def read_letter(storage: Storage, reader: Reader, number: int) -> None:
    scan = await storage.fetch(number)
    if number not in _texts:
        _texts[number] = await anyio.to_thread.run_sync(reader.read, scan)
    await storage.save(number, _texts[number])


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(read_letter, storage, reader, number)
