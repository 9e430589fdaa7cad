"""A context manager hands out the receiving end; a clone of the sending end is closed by the task that uses it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Lorry(Protocol):
    async def temperature(self) -> int | None: ...


class Logbook(Protocol):
    async def write(self, degrees: int) -> None: ...


async def listen(lorry: Lorry, heard: MemoryObjectSendStream[int]) -> None:
    async with heard:
        while True:
            try:
                degrees = await lorry.temperature()
            except ConnectionError:
                break
            if degrees is None:
                break
            await heard.send(degrees)


@asynccontextmanager
async def reports(lorry: Lorry) -> AsyncIterator[MemoryObjectReceiveStream[int]]:
    send, receive = anyio.create_memory_object_stream[int]()
    async with anyio.create_task_group() as group, receive:
        with send:
            group.start_soon(listen, lorry, send.clone())
        yield receive


async def record_journey(lorry: Lorry, logbook: Logbook) -> int | None:
    written: list[int] = []
    async with reports(lorry) as heard:
        async for degrees in heard:
            await logbook.write(degrees)
            written.append(degrees)
    return max(written) if written else None
