"""The thread that has read a letter has the event loop start the task that saves its text."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.from_thread
import anyio.to_thread
from anyio.abc import TaskGroup


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...


def read_and_hand_over(
    group: TaskGroup, storage: Storage, reader: Reader, number: int, scan: str
) -> None:
    """Runs in a worker thread; only read() blocks here, save() runs in the event loop."""
    text = reader.read(scan)
    anyio.from_thread.check_cancelled()
    anyio.from_thread.run_sync(group.start_soon, storage.save, number, text)


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    async with anyio.create_task_group() as group:

        async def read_letter(number: int) -> None:
            await anyio.to_thread.run_sync(
                read_and_hand_over,
                group,
                storage,
                reader,
                number,
                await storage.fetch(number),
            )

        for number in numbers:
            group.start_soon(read_letter, number)
