"""The oven that is loaded last ends the heartbeat, and without an oven nobody does.

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
    left = len(ovens)

    async def heat(oven: Oven, seconds: float) -> None:
        nonlocal left
        await oven.light()
        await anyio.sleep(seconds)
        await oven.load()
        left -= 1
        if not left:
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(heartbeat, watchdog)
        for oven, seconds in ovens:
            group.start_soon(heat, oven, seconds)
