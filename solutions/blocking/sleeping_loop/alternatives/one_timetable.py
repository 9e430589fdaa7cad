"""No task for an oven: one task lights them all, and loads them by a timetable."""

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
        lit_at = anyio.current_time()
        for oven, _ in ovens:
            await oven.light()
        for oven, seconds in sorted(ovens, key=lambda pair: pair[1]):
            with anyio.move_on_at(lit_at + seconds):
                await anyio.sleep_forever()
            await oven.load()
        group.cancel_scope.cancel()
