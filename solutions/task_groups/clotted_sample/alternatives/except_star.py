"""With `except*`, which gets a group in any case, and notes what to raise when it has been left."""

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
    failed: list[Exception] = []
    try:
        found = await measure_all(machine, sample, substances)
    except* Exception as group:
        failed = list(group.exceptions)
    while len(failed) == 1:
        (error,) = failed
        if not isinstance(error, ExceptionGroup):
            raise error
        failed = list(error.exceptions)
    if failed:
        raise ExceptionGroup("several calls have failed", failed)
    return found
