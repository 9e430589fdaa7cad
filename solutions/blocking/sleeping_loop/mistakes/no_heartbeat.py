"""Heats the ovens well, and drops the heartbeat that was in the way.

Caught by: heart_beats_on
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Oven(Protocol):
    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    async def beat(self) -> None: ...


async def heat(oven: Oven, seconds: float) -> None:
    await oven.light()
    await anyio.sleep(seconds)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    async with anyio.create_task_group() as group:
        for oven, seconds in ovens:
            group.start_soon(heat, oven, seconds)
