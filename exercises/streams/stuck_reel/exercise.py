"""Send the frames of a film through a row of machines."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, Protocol

import anyio
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Machine(Protocol):
    async def process(self, frame: int) -> int: ...


class Archive(Protocol):
    async def store(self, frame: int) -> None: ...


async def feed(done: MemoryObjectSendStream[int], scanner: AsyncIterator[int]) -> None:
    async for frame in scanner:
        await done.send(frame)
    done.close()


async def operate(
    done: MemoryObjectSendStream[int],
    machine: Machine,
    frames: MemoryObjectReceiveStream[int],
    errors: list[Exception],
) -> None:
    try:
        async for frame in frames:
            await done.send(await machine.process(frame))
        done.close()
    except Exception as error:
        errors.append(error)


def start(
    group: TaskGroup, station: Callable[..., Coroutine[Any, Any, None]], *arguments: object
) -> MemoryObjectReceiveStream[int]:
    """Start a station, and return the stream in which its frames arrive."""
    done, frames = anyio.create_memory_object_stream[int]()
    group.start_soon(station, done, *arguments)
    return frames


async def restore(
    scanner: AsyncIterator[int], machines: Sequence[Machine], archive: Archive
) -> int:
    """Return how many frames were stored."""
    errors: list[Exception] = []
    stored = 0
    async with anyio.create_task_group() as group:
        frames = start(group, feed, scanner)
        for machine in machines:
            frames = start(group, operate, machine, frames, errors)
        async for frame in frames:
            await archive.store(frame)
            stored += 1
    if errors:  # The caller wants the error itself, and not a group.
        raise errors[0]
    return stored


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
