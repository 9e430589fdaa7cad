"""Takes a lock around each reading, so that the letters are read one by one.

Caught by: readings_overlap, loop_stays_free
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Storage(Protocol):
    """Where the scans are kept, and the texts; its client is an asynchronous one."""

    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    """The library that recognizes the text; its client is an ordinary, blocking one."""

    def read(self, scan: str) -> str: ...


async def read_letter(storage: Storage, reader: Reader, number: int, lock: anyio.Lock) -> None:
    scan = await storage.fetch(number)
    async with lock:
        text = await anyio.to_thread.run_sync(reader.read, scan)
    await storage.save(number, text)


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    """Read the letters of these numbers, all of them concurrently."""
    lock = anyio.Lock()
    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(read_letter, storage, reader, number, lock)
