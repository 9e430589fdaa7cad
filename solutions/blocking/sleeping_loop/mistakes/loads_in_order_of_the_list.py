"""Lights all ovens at once, but loads none before those that stand before it in the list.

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
        lit = []
        for oven, seconds in ovens:
            await oven.light()
            lit.append((oven, anyio.current_time() + seconds))
        for oven, hot in lit:
            await anyio.sleep_until(hot)
            await oven.load()
        group.cancel_scope.cancel()
