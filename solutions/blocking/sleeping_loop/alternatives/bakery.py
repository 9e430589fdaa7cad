"""A class, whose ovens are handles in one group; the heartbeat runs until an event stops it."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Oven(Protocol):
    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    async def beat(self) -> None: ...


class Bakery:
    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._closed = anyio.Event()

    async def beat(self) -> None:
        while True:
            await self._watchdog.beat()
            with anyio.move_on_after(0.4):
                await self._closed.wait()
                return

    async def heat(self, oven: Oven, hot_at: float) -> None:
        await anyio.lowlevel.checkpoint()
        await oven.light()
        await anyio.sleep_until(hot_at)
        await oven.load()

    async def heat_all(self, ovens: Sequence[tuple[Oven, float]]) -> None:
        now = anyio.current_time()
        async with anyio.create_task_group() as group:
            group.start_soon(self.beat)
            tasks = [group.create_task(self.heat(oven, now + s)) for oven, s in ovens]
            for task in tasks:
                await task
            self._closed.set()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    await Bakery(watchdog).heat_all(ovens)
