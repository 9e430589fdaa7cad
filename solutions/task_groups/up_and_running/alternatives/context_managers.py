"""Each program is a context manager with a task group of its own, inside that of the one before."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
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


@asynccontextmanager
async def running(program: Program) -> AsyncIterator[None]:
    async with anyio.create_task_group() as group:
        await group.start(run_program, program)
        yield
        group.cancel_scope.cancel()


async def try_out(programs: Sequence[Program], suite: Suite) -> int:
    """Return how many tests failed."""
    async with AsyncExitStack() as stack:
        for program in programs:
            await stack.enter_async_context(running(program))
        return await suite.run()
