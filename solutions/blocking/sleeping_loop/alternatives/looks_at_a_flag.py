"""The heartbeat looks at a flag when it wakes up, a little after the last oven was loaded."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Oven(Protocol):
    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    async def beat(self) -> None: ...


async def heat(oven: Oven, seconds: float) -> None:
    await oven.light()
    await anyio.sleep(seconds)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    all_loaded = False

    async def heartbeat() -> None:
        while not all_loaded:
            await watchdog.beat()
            await anyio.sleep(0.5)

    async with anyio.create_task_group() as background:
        background.start_soon(heartbeat)
        async with anyio.create_task_group() as group:
            for oven, seconds in ovens:
                group.start_soon(heat, oven, seconds)
        all_loaded = True
