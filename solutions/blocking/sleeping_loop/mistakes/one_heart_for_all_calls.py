"""Lets one heartbeat at a time run in the whole program, for only one of two watchdogs.

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

_beating = False


async def heartbeat(watchdog: Watchdog) -> None:
    global _beating
    if _beating:
        return
    _beating = True
    try:
        while True:
            await watchdog.beat()
            await anyio.sleep(0.5)
    finally:
        _beating = False


async def heat(oven: Oven, seconds: float) -> None:
    await oven.light()
    await anyio.sleep(seconds)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    async with anyio.create_task_group() as background:
        background.start_soon(heartbeat, watchdog)
        async with anyio.create_task_group() as group:
            for oven, seconds in ovens:
                group.start_soon(heat, oven, seconds)
        background.cancel_scope.cancel()
