"""Puts the blocking call into a coroutine function, with a checkpoint on either side.

Caught by: readings_overlap, loop_stays_free
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...


async def read(reader: Reader, scan: str) -> str:
    await anyio.lowlevel.checkpoint()
    text = reader.read(scan)
    await anyio.lowlevel.checkpoint()
    return text


async def read_letter(storage: Storage, reader: Reader, number: int) -> None:
    scan = await storage.fetch(number)
    text = await read(reader, scan)
    await storage.save(number, text)


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(read_letter, storage, reader, number)
