"""A task for each frame, and a lock for each station: a frame takes the next lock before it gives up its own."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import anyio


class Machine(Protocol):
    async def process(self, frame: int) -> int: ...


class Archive(Protocol):
    async def store(self, frame: int) -> None: ...


async def restore(
    scanner: AsyncIterator[int], machines: Sequence[Machine], archive: Archive
) -> int:
    places = [anyio.Semaphore(1) for _ in [scanner, *machines, archive]]
    stored = 0

    async def travel(frame: int) -> None:
        nonlocal stored
        for number, machine in enumerate(machines, 1):
            await places[number].acquire()
            places[number - 1].release()
            frame = await machine.process(frame)
        await places[-1].acquire()
        places[-2].release()
        await archive.store(frame)
        places[-1].release()
        stored += 1

    async with anyio.create_task_group() as group:
        await places[0].acquire()
        async for frame in scanner:
            group.start_soon(travel, frame)
            await places[0].acquire()
    return stored
