"""Streams between the stages; a task for each letter in each of them."""

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


type_of_item = tuple[int, str]


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:

    async def fetch(number: int, scans: MemoryObjectSendStream[type_of_item]) -> None:
        with scans:
            scan = await storage.fetch(number)
            await scans.send((number, scan))

    async def read(number: int, scan: str, texts: MemoryObjectSendStream[type_of_item]) -> None:
        with texts:
            text = await anyio.to_thread.run_sync(reader.read, scan)
            await texts.send((number, text))

    async def readers(
        scans: MemoryObjectReceiveStream[type_of_item],
        texts: MemoryObjectSendStream[type_of_item],
    ) -> None:
        with scans, texts:
            async for number, scan in scans:
                group.start_soon(read, number, scan, texts.clone())

    async def savers(texts: MemoryObjectReceiveStream[type_of_item]) -> None:
        with texts:
            async for number, text in texts:
                group.start_soon(storage.save, number, text)

    scans_in, scans_out = anyio.create_memory_object_stream[type_of_item]()
    texts_in, texts_out = anyio.create_memory_object_stream[type_of_item]()
    with scans_in, scans_out, texts_in, texts_out:
        async with anyio.create_task_group() as group:
            group.start_soon(readers, scans_out.clone(), texts_in.clone())
            group.start_soon(savers, texts_out.clone())
            for number in numbers:
                group.start_soon(fetch, number, scans_in.clone())
            for end in (scans_in, scans_out, texts_in, texts_out):
                end.close()
