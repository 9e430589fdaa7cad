"""All tasks are there from the beginning, and each one waits for the word of the one before."""

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


class Chain:
    """Programs that need each other, in their order, and at its end the tests."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = programs
        self.words = [anyio.create_memory_object_stream[None](1) for _ in range(len(programs) + 1)]

    async def run_program(self, number: int) -> None:
        with self.words[number + 1][0] as next_one:
            await self.words[number][1].receive()
            async for line in self.programs[number]:
                log.info(line)
                if line == "ready":
                    await next_one.send(None)

    async def run(self, suite: Suite) -> int:
        async with anyio.create_task_group() as group:
            for number in range(len(self.programs)):
                group.start_soon(self.run_program, number)
            await self.words[0][0].send(None)
            await self.words[-1][1].receive()
            failed = await suite.run()
            group.cancel_scope.cancel()
        return failed


async def try_out(programs: Sequence[Program], suite: Suite) -> int:
    """Return how many tests failed."""
    return await Chain(programs).run(suite)
