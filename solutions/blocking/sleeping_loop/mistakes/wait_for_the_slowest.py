"""Sleeps once for all, so that the quick ovens burn.

Caught by: each_oven_in_its_time
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
        for oven, _ in ovens:
            await oven.light()
        await anyio.sleep(max((seconds for _, seconds in ovens), default=0.0))
        for oven, _ in ovens:
            await oven.load()
        group.cancel_scope.cancel()
