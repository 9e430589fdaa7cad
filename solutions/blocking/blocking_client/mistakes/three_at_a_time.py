"""Reads three letters at a time, and lets a fourth one wait.

Caught by: readings_overlap, loop_stays_free
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
    threads = anyio.CapacityLimiter(3)

    async def read_letter(number: int) -> None:
        scan = await storage.fetch(number)
        text = await anyio.to_thread.run_sync(reader.read, scan, limiter=threads)
        await storage.save(number, text)

    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(read_letter, number)
