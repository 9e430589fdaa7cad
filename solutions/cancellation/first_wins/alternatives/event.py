"""A class keeps what came in, and an event says when there is nothing more to wait for."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Mirror(Protocol):
    async def read(self, gauge: str) -> int: ...


class Race:
    def __init__(self, runners: int) -> None:
        self.left = runners
        self.level: int | None = None
        self.errors: list[Exception] = []
        self.is_over = anyio.Event()

    async def run(self, mirror: Mirror, gauge: str) -> None:
        try:
            level = await mirror.read(gauge)
        except Exception as error:
            self.errors.append(error)
            self.left -= 1
            if self.left == 0:
                self.is_over.set()
        else:
            self.level = level
            self.is_over.set()

    def result(self) -> int:
        if self.level is None:
            raise ExceptionGroup("no mirror has an answer", self.errors)
        return self.level


async def water_level(mirrors: Sequence[Mirror], gauge: str) -> int:
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    race = Race(len(mirrors))
    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(race.run, mirror, gauge)
        await race.is_over.wait()
        group.cancel_scope.cancel()
    return race.result()
