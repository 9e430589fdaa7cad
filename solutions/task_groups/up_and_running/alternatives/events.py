"""An event for each program, and an error where it can no longer be set."""

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


async def run_program(program: Program, ready: anyio.Event) -> None:
    async for line in program:
        log.info(line)
        if line == "ready":
            ready.set()
    if not ready.is_set():
        raise RuntimeError("a program has ended, and was never ready")


async def try_out(programs: Sequence[Program], suite: Suite) -> int:
    """Return how many tests failed."""
    async with anyio.create_task_group() as group:
        for program in programs:
            ready = anyio.Event()
            group.start_soon(run_program, program, ready)
            await ready.wait()
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
