"""Three tasks for each letter, which hand over a future."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel
import anyio.to_thread


class Storage(Protocol):
    async def fetch(self, number: int) -> str: ...

    async def save(self, number: int, text: str) -> None: ...


class Reader(Protocol):
    def read(self, scan: str) -> str: ...


async def read_letters(storage: Storage, reader: Reader, numbers: Sequence[int]) -> None:

    async def fetch(number: int, scan: "anyio.Future[str]") -> None:
        await anyio.lowlevel.checkpoint()
        scan.return_value = await storage.fetch(number)

    async def read(scan: "anyio.Future[str]", text: "anyio.Future[str]") -> None:
        page = await scan
        await anyio.lowlevel.checkpoint()
        text.return_value = await anyio.to_thread.run_sync(reader.read, page)

    async def save(number: int, text: "anyio.Future[str]") -> None:
        line = await text
        await anyio.lowlevel.checkpoint()
        await storage.save(number, line)

    try:
        async with anyio.create_task_group() as outer:
            for number in numbers:
                scan: anyio.Future[str] = anyio.Future()
                text: anyio.Future[str] = anyio.Future()
                outer.start_soon(save, number, text)
                outer.start_soon(read, scan, text)
                outer.start_soon(fetch, number, scan)
    except* OSError as group:
        group.add_note("a service failed")
        raise
