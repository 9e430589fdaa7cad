"""Looks every 0.1 s which ovens are hot, and loads them late.

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

async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    start = anyio.current_time()
    waiting = []
    for oven, seconds in ovens:
        await oven.light()
        waiting.append((oven, start + seconds))
    tick = 0
    while waiting:
        if tick % 5 == 0:
            await watchdog.beat()
        tick += 1
        await anyio.sleep_until(start + tick / 10)
        now = anyio.current_time() + 1e-9
        for oven, hot in [pair for pair in waiting if pair[1] <= now]:
            await oven.load()
        waiting = [pair for pair in waiting if pair[1] > now]
