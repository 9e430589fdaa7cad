"""Looks every millisecond whether an oven is hot, which is a little late each time.

Caught by: ovens_heat_together, each_oven_in_its_time
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
    while True:
        await watchdog.beat()
        await anyio.sleep(0.5)


async def heat(oven: Oven, hot_at: float) -> None:
    await oven.light()
    # Nearly there in one go, and the rest step by step.
    await anyio.sleep_until(hot_at - 0.05)
    while anyio.current_time() < hot_at:
        await anyio.sleep(0.001)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    async with anyio.create_task_group() as background:
        background.start_soon(heartbeat, watchdog)
        async with anyio.create_task_group() as group:
            for oven, seconds in ovens:
                group.start_soon(heat, oven, anyio.current_time() + seconds)
        background.cancel_scope.cancel()
