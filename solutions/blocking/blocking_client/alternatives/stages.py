"""Three stages with streams between them: fetchers, threads that read, and one task that saves."""

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


Letters = MemoryObjectSendStream[tuple[int, str]]


async def fetch_scan(storage: Storage, number: int, scans: Letters) -> None:
    async with scans:
        await scans.send((number, await storage.fetch(number)))


async def read_scans(
    reader: Reader, scans: MemoryObjectReceiveStream[tuple[int, str]], texts: Letters
) -> None:
    async with scans, texts:
        async for number, scan in scans:
            await texts.send((number, await anyio.to_thread.run_sync(reader.read, scan)))


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:
    scan_in, scan_out = anyio.create_memory_object_stream[tuple[int, str]]()
    text_in, text_out = anyio.create_memory_object_stream[tuple[int, str]]()
    async with anyio.create_task_group() as group, text_out:
        async with scan_in, scan_out, text_in:
            for number in numbers:
                group.start_soon(fetch_scan, storage, number, scan_in.clone())
                group.start_soon(read_scans, reader, scan_out.clone(), text_in.clone())
        async for number, text in text_out:
            group.start_soon(storage.save, number, text)
