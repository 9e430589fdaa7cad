"""A class that makes an asynchronous reader of the blocking one, and `anyio.amap` over the letters."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel
from anyio.to_thread import run_sync


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...


class AsyncReader:
    def __init__(self, reader: Reader, desks: int) -> None:
        self._reader = reader
        self._desks = anyio.CapacityLimiter(desks)

    async def read(self, scan: str) -> str:
        return await run_sync(lambda: self._reader.read(scan=scan), limiter=self._desks)


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    machine = AsyncReader(reader, max(1, len(numbers)))

    async def read_letter(number: int) -> None:
        await anyio.lowlevel.checkpoint()
        text = await machine.read(await storage.fetch(number))
        await anyio.lowlevel.checkpoint()
        await storage.save(text=text, number=number)

    await anyio.amap(read_letter, numbers)
