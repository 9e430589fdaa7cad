"""Beats for a minute, which is enough for any oven, and returns then.

Caught by: heart_stops
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Oven(Protocol):
    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    async def beat(self) -> None: ...


async def heartbeat(watchdog: Watchdog) -> None:
    for _ in range(120):
        await watchdog.beat()
        await anyio.sleep(0.5)


async def heat(oven: Oven, seconds: float) -> None:
    await oven.light()
    await anyio.sleep(seconds)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(heartbeat, watchdog)
        for oven, seconds in ovens:
            group.start_soon(heat, oven, seconds)
