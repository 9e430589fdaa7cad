"""Pages go to a sender through one memory stream, and come back through another; extra checkpoints."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.lowlevel import checkpoint
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Line(Protocol):
    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


async def sender(line: Line, pages: MemoryObjectReceiveStream[str]) -> None:
    async with pages:
        async for page in pages:
            await line.send(page)
    await line.finish()


async def receiver(line: Line, translated: MemoryObjectSendStream[str]) -> None:
    async with translated:
        while True:
            await checkpoint()
            try:
                page = await line.receive()
            except anyio.EndOfStream:
                return
            await translated.send(page)


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    there, to_send = anyio.create_memory_object_stream[str](1)
    received, back = anyio.create_memory_object_stream[str]()
    result: list[str] = []

    async def collect() -> None:
        async with back:
            async for page in back:
                result.append(page)

    async with anyio.create_task_group() as group:
        group.start_soon(sender, line, to_send)
        group.start_soon(receiver, line, received)
        group.start_soon(collect)
        async with there:
            for page in pages:
                await there.send(page)
    return result
