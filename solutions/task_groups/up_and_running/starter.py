"""Start the programs that the tests need, one after the other, and run the tests."""

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


async def run_program(program: Program) -> None:
    async for line in program:
        log.info(line)


async def try_out(programs: Sequence[Program], suite: Suite) -> int:
    """Return how many tests failed."""
    async with anyio.create_task_group() as group:
        for program in programs:
            group.start_soon(run_program, program)
            await anyio.sleep(1)  # That should do.
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
