"""Starts a thread for the reading, and waits for its end on the event loop.

Caught by: readings_overlap, loop_stays_free
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import anyio


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    pool = ThreadPoolExecutor()

    async def read_letter(number: int) -> None:
        scan = await storage.fetch(number)
        text = pool.submit(reader.read, scan).result()
        await storage.save(number, text)

    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(read_letter, number)
