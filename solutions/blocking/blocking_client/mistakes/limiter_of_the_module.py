"""Keeps one limiter for all calls, so that two of them at once have to share it.

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


_limiters: list[anyio.CapacityLimiter] = []


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    if not _limiters:
        _limiters.append(anyio.CapacityLimiter(max(1, len(numbers))))

    async def read_letter(number: int) -> None:
        scan = await storage.fetch(number)
        text = await anyio.to_thread.run_sync(reader.read, scan, limiter=_limiters[0])
        await storage.save(number, text)

    await anyio.amap(read_letter, numbers)
