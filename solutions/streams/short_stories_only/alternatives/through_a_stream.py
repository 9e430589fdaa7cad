"""Pages go through a memory stream to a sender task; the receiver in another; handles; extra checkpoints."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Line(Protocol):
    async def send(self, page: str) -> None: ...

    async def finish(self) -> None: ...

    async def receive(self) -> str: ...


async def _sender(line: Line, pages) -> None:
    async with pages:
        async for page in pages:
            await line.send(page)
    await line.finish()


async def _receiver(line: Line, out) -> None:
    async with out:
        while True:
            await anyio.lowlevel.checkpoint()
            try:
                await out.send(await line.receive())
            except anyio.EndOfStream:
                return


async def translate(line: Line, pages: Sequence[str]) -> list[str]:
    put, take = anyio.create_memory_object_stream[str](1)
    out, back = anyio.create_memory_object_stream[str](0)
    result = []

    async def collect() -> None:
        async with back:
            async for page in back:
                result.append(page)

    async with anyio.create_task_group() as group:
        group.start_soon(_sender, line, take)
        group.start_soon(_receiver, line, out)
        group.start_soon(collect)
        async with put:
            for page in pages:
                await put.send(page)
    return result
