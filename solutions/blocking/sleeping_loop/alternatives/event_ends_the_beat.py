"""No cancellation: the heartbeat waits for an event, half a second at a time."""

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
    finished = anyio.Event()

    async def bake() -> None:
        async with anyio.create_task_group() as group:
            for oven, seconds in ovens:
                group.start_soon(heat, oven, seconds)
        finished.set()

    async with anyio.create_task_group() as group:
        group.start_soon(bake)
        while not finished.is_set():
            await watchdog.beat()
            with anyio.move_on_after(0.5):
                await finished.wait()
