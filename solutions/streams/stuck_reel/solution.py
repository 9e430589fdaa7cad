"""Send the frames of a film through a row of machines."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Machine(Protocol):
    async def process(self, frame: int) -> int: ...


class Archive(Protocol):
    async def store(self, frame: int) -> None: ...


async def feed(scanner: AsyncIterator[int], done: MemoryObjectSendStream[int]) -> None:
    async for frame in scanner:
        await done.send(frame)
    done.close()


async def operate(
    machine: Machine,
    frames: MemoryObjectReceiveStream[int],
    done: MemoryObjectSendStream[int],
) -> None:
    async for frame in frames:
        await done.send(await machine.process(frame))
    done.close()


async def restore(
    scanner: AsyncIterator[int], machines: Sequence[Machine], archive: Archive
) -> int:
    """Return how many frames were stored."""
    stored = 0
    async with anyio.create_task_group() as group:
        done, frames = anyio.create_memory_object_stream[int]()
        group.start_soon(feed, scanner, done)
        for machine in machines:
            done, processed = anyio.create_memory_object_stream[int]()
            group.start_soon(operate, machine, frames, done)
            frames = processed
        async for frame in frames:
            await archive.store(frame)
            stored += 1
    return stored
