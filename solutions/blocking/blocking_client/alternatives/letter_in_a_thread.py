"""The whole way of a letter in a thread, which asks the event loop for what is asynchronous."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.from_thread
import anyio.to_thread


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    def read_letter(number: int) -> None:
        scan = anyio.from_thread.run(storage.fetch, number)
        anyio.from_thread.run(storage.save, number, reader.read(scan))

    async with anyio.create_task_group() as group:
        for number in numbers:
            group.create_task(anyio.to_thread.run_sync(read_letter, number))
