"""Sleeps with asyncio, and where that does not run, holds the thread as before.

Caught by: heart_beats_on (trio), ovens_heat_together (trio), each_oven_in_its_time (trio)
"""

import asyncio
import time
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


async def heat(oven: Oven, seconds: float) -> None:
    await oven.light()
    try:
        await asyncio.sleep(seconds)
    except RuntimeError:  # No running event loop.
        time.sleep(seconds)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    async with anyio.create_task_group() as background:
        background.start_soon(heartbeat, watchdog)
        async with anyio.create_task_group() as group:
            for oven, seconds in ovens:
                group.start_soon(heat, oven, seconds)
        background.cancel_scope.cancel()
