"""Fetches one scan after the other; only reading and saving overlap.

Caught by: loop_stays_free
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

async def read_and_save(storage: Storage, reader: Reader, number: int, scan: str) -> None:
    text = await anyio.to_thread.run_sync(reader.read, scan)
    await storage.save(number, text)


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    async with anyio.create_task_group() as group:
        for number in numbers:
            scan = await storage.fetch(number)
            group.start_soon(read_and_save, storage, reader, number, scan)
