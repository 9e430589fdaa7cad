"""Asks every 0.1 s whether the text is there, and saves it late.

Caught by: loop_stays_free
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

async def read_letter(
    pool: ThreadPoolExecutor, storage: Storage, reader: Reader, number: int
) -> None:
    scan = await storage.fetch(number)
    reading = pool.submit(reader.read, scan)
    while not reading.done():
        await anyio.sleep(0.1)
    await storage.save(number, reading.result())


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    with ThreadPoolExecutor(max_workers=max(1, len(numbers))) as pool:
        async with anyio.create_task_group() as group:
            for number in numbers:
                group.start_soon(read_letter, pool, storage, reader, number)
