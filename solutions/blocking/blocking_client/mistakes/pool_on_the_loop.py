"""Reads all letters in threads at the same time, but the event loop waits for the slowest.

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


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    scans = await anyio.amap(storage.fetch, numbers)
    with ThreadPoolExecutor() as pool:
        texts = list(pool.map(reader.read, scans))
    async with anyio.create_task_group() as group:
        for number, text in zip(numbers, texts):
            group.start_soon(storage.save, number, text)
