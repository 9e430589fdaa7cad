"""The block reads until a program is ready, and a task reads on."""

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


async def read_on(program: Program) -> None:
    async for line in program:
        log.info(line)


async def boot(program: Program) -> None:
    async for line in program:
        log.info(line)
        if line == "ready":
            return
    raise RuntimeError("a program has ended, and was never ready")


async def try_out(programs: Sequence[Program], suite: Suite) -> int:
    """Return how many tests failed."""
    async with anyio.create_task_group() as group:
        for program in programs:
            await boot(program)
            group.start_soon(read_on, program)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
