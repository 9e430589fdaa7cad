"""A context manager around it all, which unwraps what comes out of its block; `amap` measures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import anyio


class Machine(Protocol):
    async def measure(self, sample: str, substance: str) -> float: ...

    async def ping(self) -> None: ...


@contextmanager
def unwrapping() -> Iterator[None]:
    """Let a lone exception out of its groups."""
    lone: Exception | None = None
    try:
        yield
    except ExceptionGroup as group:
        lone = group
        while isinstance(lone, ExceptionGroup) and len(lone.exceptions) == 1:
            lone = lone.exceptions[0]
    if lone is not None:
        raise lone


async def keep_awake(machine: Machine) -> None:
    while True:
        await anyio.sleep(60)
        await machine.ping()


async def examine(machine: Machine, sample: str, substances: Sequence[str]) -> dict[str, float]:
    async def measure(substance: str) -> float:
        return await machine.measure(sample, substance)

    with unwrapping():
        async with anyio.create_task_group() as group:
            group.start_soon(keep_awake, machine)
            found = await anyio.amap(measure, substances)
            group.cancel_scope.cancel()
    return dict(zip(substances, found, strict=True))
