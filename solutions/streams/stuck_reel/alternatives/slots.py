"""A class with a slot between two stations, guarded by a condition."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import anyio


class Machine(Protocol):
    async def process(self, frame: int) -> int: ...


class Archive(Protocol):
    async def store(self, frame: int) -> None: ...


class Slot:
    """Where one station lays a frame down and waits until the next one has taken it. None is the end."""

    def __init__(self) -> None:
        self._lies_there: list[int | None] = []
        self._changed = anyio.Condition()

    async def put(self, frame: int | None) -> None:
        async with self._changed:
            self._lies_there.append(frame)
            self._changed.notify_all()
            while self._lies_there:
                await self._changed.wait()

    async def take(self) -> int | None:
        async with self._changed:
            while not self._lies_there:
                await self._changed.wait()
            self._changed.notify_all()
            return self._lies_there.pop()


async def restore(
    scanner: AsyncIterator[int], machines: Sequence[Machine], archive: Archive
) -> int:
    slots = [Slot() for _ in range(len(machines) + 1)]
    stored = 0

    async def scan() -> None:
        async for frame in scanner:
            await slots[0].put(frame)
        await slots[0].put(None)

    async def operate(machine: Machine, before: Slot, after: Slot) -> None:
        while (frame := await before.take()) is not None:
            await after.put(await machine.process(frame))
        await after.put(None)

    async with anyio.create_task_group() as group:
        group.start_soon(scan)
        for number, machine in enumerate(machines):
            group.start_soon(operate, machine, slots[number], slots[number + 1])
        while (frame := await slots[-1].take()) is not None:
            await archive.store(frame)
            stored += 1
    return stored
