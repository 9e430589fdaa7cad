"""Start the programs that the tests need, one after the other, and run the tests."""

import logging
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import anyio
from anyio.abc import TaskStatus

log = logging.getLogger(__name__)


class Program(Protocol):
    """It starts when its first line is asked for."""

    def __aiter__(self) -> AsyncIterator[str]: ...

    async def __anext__(self) -> str: ...


class Suite(Protocol):
    async def run(self) -> int: ...


async def run_program(program: Program, *, task_status: TaskStatus[None]) -> None:
    async for line in program:
        log.info(line)
        if line == "ready":
            task_status.started()


async def try_out(programs: Sequence[Program], suite: Suite) -> int:
    """Return how many tests failed."""
    async with anyio.create_task_group() as group:
        for program in programs:
            await group.start(run_program, program)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
