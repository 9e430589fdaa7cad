"""With `except*`: if one exception is raised in it, and nothing else is left, that comes out as it is."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Machine(Protocol):
    async def measure(self, sample: str, substance: str) -> float: ...

    async def ping(self) -> None: ...


async def keep_awake(machine: Machine) -> None:
    while True:
        await anyio.sleep(60)
        await machine.ping()


async def measure_all(machine: Machine, sample: str, substances: Sequence[str]) -> dict[str, float]:
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
    found: dict[str, float] = {}
    try:
        found = await measure_all(machine, sample, substances)
    except* Exception as group:
        error: Exception = group
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        raise error from None
    return found
