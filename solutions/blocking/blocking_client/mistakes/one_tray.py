"""The threads put their texts on one tray, and each task takes the one on top.

Caught by: every_text_saved, readings_overlap, loop_stays_free
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
    tray: list[str] = []

    def read(scan: str) -> None:
        tray.append(reader.read(scan))

    async def read_letter(number: int) -> None:
        scan = await storage.fetch(number)
        await anyio.to_thread.run_sync(read, scan)
        await storage.save(number, tray.pop())

    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(read_letter, number)
