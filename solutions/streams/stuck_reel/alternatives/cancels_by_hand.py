"""Keeps the list of errors, cancels the task group itself, and raises the error alone."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, Protocol

import anyio
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Machine(Protocol):
    async def process(self, frame: int) -> int: ...


class Archive(Protocol):
    async def store(self, frame: int) -> None: ...


async def guard(
    group: TaskGroup,
    errors: list[Exception],
    work: Callable[..., Coroutine[Any, Any, None]],
    *arguments: object,
) -> None:
    try:
        await work(*arguments)
    except Exception as error:
        errors.append(error)
        group.cancel_scope.cancel()


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
    stored = 0
    errors: list[Exception] = []

    async def keep(frames: MemoryObjectReceiveStream[int]) -> None:
        nonlocal stored
        async for frame in frames:
            await archive.store(frame)
            stored += 1

    async with anyio.create_task_group() as group:
        done, frames = anyio.create_memory_object_stream[int]()
        group.start_soon(guard, group, errors, feed, scanner, done)
        for machine in machines:
            done, processed = anyio.create_memory_object_stream[int]()
            group.start_soon(guard, group, errors, operate, machine, frames, done)
            frames = processed
        group.start_soon(guard, group, errors, keep, frames)
    if errors:
        raise errors[0]
    return stored
