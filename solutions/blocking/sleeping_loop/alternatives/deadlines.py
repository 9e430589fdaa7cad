"""Recursion over the ovens, and deadlines in place of sleeps."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Oven(Protocol):
    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    async def beat(self) -> None: ...


async def until(deadline: float) -> None:
    with anyio.CancelScope(deadline=deadline):
        await anyio.sleep_forever()


async def heat_these(ovens: Sequence[tuple[Oven, float]]) -> None:
    if not ovens:
        await anyio.lowlevel.checkpoint()
        return
    (oven, seconds), rest = ovens[0], ovens[1:]
    async with anyio.create_task_group() as group:
        await oven.light()
        deadline = anyio.current_time() + seconds
        group.start_soon(heat_these, rest)
        await anyio.lowlevel.checkpoint()
        await until(deadline)
        await oven.load()
        await anyio.lowlevel.checkpoint()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:

    async def bake_then_stop() -> None:
        await heat_these(ovens)
        group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(bake_then_stop)
            while True:
                await anyio.lowlevel.checkpoint()
                await watchdog.beat()
                await until(anyio.current_time() + 0.5)
    except* Exception as errors:
        errors.add_note("the ovens could not all be loaded")
        raise
