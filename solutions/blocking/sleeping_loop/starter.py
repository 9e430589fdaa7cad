"""Heat the ovens of a bakery, and keep the watchdog on the gas pipe quiet."""

import time
from collections.abc import Sequence
from typing import Protocol

import anyio


class Oven(Protocol):
    """A gas oven, which is lit first, and loaded when it is hot."""

    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    """Shuts off the gas when it has heard no beat for 0.8 seconds."""

    async def beat(self) -> None: ...


async def heartbeat(watchdog: Watchdog) -> None:
    """Tell the watchdog twice a second that the program is alive."""
    while True:
        await watchdog.beat()
        await anyio.sleep(0.5)


async def heat(oven: Oven, seconds: float) -> None:
    await oven.light()
    time.sleep(seconds)
    await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    """Heat and load every oven, a pair of the oven and the seconds it needs to get hot."""
    async with anyio.create_task_group() as background:
        background.start_soon(heartbeat, watchdog)
        async with anyio.create_task_group() as group:
            for oven, seconds in ovens:
                group.start_soon(heat, oven, seconds)
        background.cancel_scope.cancel()


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
