"""Takes the readings off the event loop, but all of them into one thread, where they wait for each other.

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
    limiter = anyio.CapacityLimiter(1)

    async def read_letter(number: int) -> None:
        scan = await storage.fetch(number)
        text = await anyio.to_thread.run_sync(reader.read, scan, limiter=limiter)
        await storage.save(number, text)

    await anyio.amap(read_letter, numbers)
