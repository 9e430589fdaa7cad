"""Beats as long as the last oven of the list needs, which is not always the slowest.

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

async def heat(oven: Oven, seconds: float) -> None:
    await anyio.sleep(seconds)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    needed = 0.0
    async with anyio.create_task_group() as group:
        for oven, seconds in ovens:
            await oven.light()
            group.start_soon(heat, oven, seconds)
            needed = seconds
        with anyio.move_on_after(needed):
            while True:
                await watchdog.beat()
                await anyio.sleep(0.5)
