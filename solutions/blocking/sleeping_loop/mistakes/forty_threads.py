"""Sleeps in worker threads, of which AnyIO starts 40 at the most: the other ovens wait for one.

Caught by: ovens_heat_together, each_oven_in_its_time
"""

import time
from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.to_thread


class Oven(Protocol):
    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    async def beat(self) -> None: ...


async def heartbeat(watchdog: Watchdog) -> None:
    while True:
        await watchdog.beat()
        await anyio.sleep(0.5)


async def heat(oven: Oven, seconds: float) -> None:
    await oven.light()
    await anyio.to_thread.run_sync(time.sleep, seconds)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    async with anyio.create_task_group() as background:
        background.start_soon(heartbeat, watchdog)
        async with anyio.create_task_group() as group:
            for oven, seconds in ovens:
                group.start_soon(heat, oven, seconds)
        background.cancel_scope.cancel()
