"""Each station is a context manager that runs the one before it in a task group of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

import anyio


class Machine(Protocol):
    async def process(self, frame: int) -> int: ...


class Archive(Protocol):
    async def store(self, frame: int) -> None: ...


@asynccontextmanager
async def ahead(
    frames: AsyncIterator[int], machine: Machine | None
) -> AsyncIterator[AsyncIterator[int]]:
    """Take frames, have them processed, and hand them out, one at a time."""
    send, receive = anyio.create_memory_object_stream[int]()

    async def operate() -> None:
        with send:
            async for frame in frames:
                await send.send(frame if machine is None else await machine.process(frame))

    async with anyio.create_task_group() as group:
        group.start_soon(operate)
        with receive:
            yield receive


async def restore(
    scanner: AsyncIterator[int], machines: Sequence[Machine], archive: Archive
) -> int:
    stored = 0
    async with AsyncExitStack() as line:
        frames = await line.enter_async_context(ahead(scanner, None))
        for machine in machines:
            frames = await line.enter_async_context(ahead(frames, machine))
        async for frame in frames:
            await archive.store(frame)
            stored += 1
    return stored
