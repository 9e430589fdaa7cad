"""One timetable for beats and ovens, on time to the instant, that holds the thread in between.

Caught by: heart_beats_on, ovens_heat_together, each_oven_in_its_time, heart_stops
"""

import time
from collections.abc import Sequence
from typing import Protocol

import anyio


class Oven(Protocol):
    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    async def beat(self) -> None: ...


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:
    lit_at = time.monotonic()
    for oven, _ in ovens:
        await oven.light()
    beat_at = lit_at
    for oven, seconds in sorted(ovens, key=lambda pair: pair[1]):
        hot_at = lit_at + seconds
        while beat_at < hot_at:
            time.sleep(max(0.0, beat_at - time.monotonic()))
            await watchdog.beat()
            beat_at += 0.5
        time.sleep(max(0.0, hot_at - time.monotonic()))
        await oven.load()
