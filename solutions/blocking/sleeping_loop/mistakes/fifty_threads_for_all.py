"""Fifty worker threads, which all calls of the program share.

Caught by: ovens_heat_together, each_oven_in_its_time
"""

import time
from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio import to_thread


class Oven(Protocol):
    """A gas oven, which is lit first, and loaded when it is hot."""

    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    """Shuts off the gas when it has heard no beat for 0.8 seconds."""

    async def beat(self) -> None: ...


async def heartbeat(watchdog: Watchdog) -> None:
    """Tell the watchdog twice a second that the program is alive."""
    while True:
        await watchdog.beat()
        await anyio.sleep(0.5)


async def heat(oven: Oven, seconds: float) -> None:
    await oven.light()
    await to_thread.run_sync(time.sleep, seconds)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    """Heat and load every oven, a pair of the oven and the seconds it needs to get hot."""
    # Forty threads are not enough for a large bakery.
    to_thread.current_default_thread_limiter().total_tokens = 50
    async with anyio.create_task_group() as background:
        background.start_soon(heartbeat, watchdog)
        async with anyio.create_task_group() as group:
            for oven, seconds in ovens:
                group.start_soon(heat, oven, seconds)
        background.cancel_scope.cancel()
