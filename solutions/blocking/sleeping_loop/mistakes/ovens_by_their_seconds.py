"""Keeps the ovens by the seconds that they need: of two that need the same, one is forgotten.

Caught by: heart_beats_on, ovens_heat_together, each_oven_in_its_time, heart_stops
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


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(heartbeat, watchdog)
        start = anyio.current_time()
        hot_after = {}
        for oven, seconds in ovens:
            await oven.light()
            hot_after[seconds] = oven
        for seconds in sorted(hot_after):
            await anyio.sleep_until(start + seconds)
            await hot_after[seconds].load()
        group.cancel_scope.cancel()
