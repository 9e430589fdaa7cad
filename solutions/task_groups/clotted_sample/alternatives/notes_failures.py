"""No exception leaves a task: each is noted where it comes, and the rest is cancelled."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

import anyio


class Machine(Protocol):
    """It falls asleep if it hears nothing for more than a minute."""

    async def measure(self, sample: str, substance: str) -> float: ...

    async def ping(self) -> None: ...


async def keep_awake(machine: Machine) -> None:
    while True:
        await anyio.sleep(60)
        await machine.ping()


async def examine(machine: Machine, sample: str, substances: Sequence[str]) -> dict[str, float]:
    """Return how much of each substance is in the sample."""
    found: dict[str, float] = {}
    failures: list[BaseException] = []

    async def measure(substance: str) -> None:
        found[substance] = await machine.measure(sample, substance)
        if len(found) == len(substances):
            group.cancel_scope.cancel()

    async def watch(call: Awaitable[None]) -> None:
        try:
            await call
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as failure:
            failures.append(failure)
            group.cancel_scope.cancel()

    if len(substances) > 0:
        async with anyio.create_task_group() as group:
            group.start_soon(watch, keep_awake(machine))
            for substance in substances:
                group.start_soon(watch, measure(substance))

    if len(failures) == 1:
        raise failures[0]
    if len(failures) > 1:
        raise BaseExceptionGroup("several calls have failed", failures)
    return found
