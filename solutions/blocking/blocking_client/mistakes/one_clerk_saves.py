"""One task saves all texts, so that each waits until the ones before it are saved.

Caught by: loop_stays_free
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...

async def read_one(
    storage: Storage,
    reader: Reader,
    number: int,
    texts: MemoryObjectSendStream[tuple[int, str]],
) -> None:
    async with texts:
        scan = await storage.fetch(number)
        text = await anyio.to_thread.run_sync(reader.read, scan)
        await texts.send((number, text))


async def save_all(
    storage: Storage, texts: MemoryObjectReceiveStream[tuple[int, str]]
) -> None:
    async with texts:
        async for number, text in texts:
            await storage.save(number, text)


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    send, receive = anyio.create_memory_object_stream[tuple[int, str]](len(numbers))
    async with anyio.create_task_group() as group:
        group.start_soon(save_all, storage, receive)
        async with send:
            for number in numbers:
                group.start_soon(read_one, storage, reader, number, send.clone())
