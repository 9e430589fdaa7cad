"""One task with a heap of times, at which the next oven is hot."""

import heapq
from collections.abc import Sequence
from typing import Protocol

import anyio


class Oven(Protocol):
    async def light(self) -> None: ...

    async def load(self) -> None: ...


class Watchdog(Protocol):
    async def beat(self) -> None: ...


async def follow(timetable: list[tuple[float, int, Oven]]) -> None:
    heapq.heapify(timetable)
    while timetable:
        when, _, oven = heapq.heappop(timetable)
        await anyio.sleep_until(when)
        await oven.load()


async def heat_all(watchdog: Watchdog, ovens: Sequence[tuple[Oven, float]]) -> None:

    async def heart() -> None:
        due = anyio.current_time()
        while True:
            await watchdog.beat()
            due += 0.5
            await anyio.sleep_until(due)

    async with anyio.create_task_group() as group:
        group.start_soon(heart)
        timetable: list[tuple[float, int, Oven]] = []
        for rank, (oven, seconds) in enumerate(ovens):
            await oven.light()
            timetable.append((anyio.current_time() + seconds, rank, oven))
        await follow(timetable)
        group.cancel_scope.cancel()
