"""Find out how much of some substances is in a sample of blood."""

from collections.abc import Sequence
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


async def measure_all(machine: Machine, sample: str, substances: Sequence[str]) -> dict[str, float]:
    """Measure all substances at the same time, and keep the machine awake."""
    found: dict[str, float] = {}

    async def measure(substance: str) -> None:
        found[substance] = await machine.measure(sample, substance)

    async with anyio.create_task_group() as awake:
        awake.start_soon(keep_awake, machine)
        async with anyio.create_task_group() as group:
            for substance in substances:
                group.start_soon(measure, substance)
        awake.cancel_scope.cancel()
    return found


async def examine(machine: Machine, sample: str, substances: Sequence[str]) -> dict[str, float]:
    """Return how much of each substance is in the sample."""
    try:
        return await measure_all(machine, sample, substances)
    except ExceptionGroup as group:
        error: Exception = group
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
    raise error
