"""Counts what is in the group, to any depth, and goes on with that."""

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


def leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """Return what has really failed."""
    found: list[BaseException] = []
    for exception in group.exceptions:
        if isinstance(exception, BaseExceptionGroup):
            found.extend(leaves(exception))
        elif not isinstance(exception, anyio.get_cancelled_exc_class()):
            found.append(exception)
    return found


async def examine_in_groups(
    machine: Machine, sample: str, substances: Sequence[str]
) -> dict[str, float]:
    async with anyio.create_task_group() as awake:
        awake.start_soon(keep_awake, machine)
        async with anyio.create_task_group() as group:
            handles = {
                substance: group.create_task(machine.measure(sample, substance))
                for substance in substances
            }
        awake.cancel_scope.cancel()
    return {substance: handle.return_value for substance, handle in handles.items()}


async def examine(machine: Machine, sample: str, substances: Sequence[str]) -> dict[str, float]:
    """Return how much of each substance is in the sample."""
    try:
        return await examine_in_groups(machine, sample, substances)
    except BaseExceptionGroup as group:
        failed = leaves(group)
        if len(failed) != 1:
            raise
    raise failed[0]
