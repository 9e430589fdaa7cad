"""A hand-made latch: a lock that the task gives back when its program is ready."""

import logging
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import anyio

log = logging.getLogger(__name__)


class Program(Protocol):
    """It starts when its first line is asked for."""

    def __aiter__(self) -> AsyncIterator[str]: ...

    async def __anext__(self) -> str: ...


class Suite(Protocol):
    async def run(self) -> int: ...


async def run_program(program: Program, latch: anyio.Semaphore) -> None:
    lines = aiter(program)
    line = await anext(lines, None)
    while line != "ready":
        if line is None:
            raise RuntimeError("a program has ended, and was never ready")
        log.info(line)
        line = await anext(lines, None)
    latch.release()
    while line is not None:
        log.info(line)
        line = await anext(lines, None)


async def test(programs: Sequence[Program], suite: Suite) -> int:
    if not programs:
        return await suite.run()
    latch = anyio.Semaphore(0)
    async with anyio.create_task_group() as group:
        group.start_soon(run_program, programs[0], latch)
        await latch.acquire()
        failed = await test(programs[1:], suite)
        group.cancel_scope.cancel()
    return failed


async def try_out(programs: Sequence[Program], suite: Suite) -> int:
    """Return how many tests failed."""
    return await test(programs, suite)
