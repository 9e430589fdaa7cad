"""A class without a stream: a list of what was heard, a condition, and a word that says it is all."""

from typing import Protocol

import anyio


class Lorry(Protocol):
    async def temperature(self) -> int | None: ...


class Logbook(Protocol):
    async def write(self, degrees: int) -> None: ...


class Recorder:
    def __init__(self, lorry: Lorry, logbook: Logbook) -> None:
        self.lorry = lorry
        self.logbook = logbook
        self.heard: list[int] = []
        self.is_over = False
        self.news = anyio.Condition()

    async def listen(self) -> None:
        while not self.is_over:
            try:
                degrees = await self.lorry.temperature()
            except ConnectionError:
                degrees = None
            async with self.news:
                if degrees is None:
                    self.is_over = True
                else:
                    self.heard.append(degrees)
                self.news.notify_all()

    async def write(self) -> None:
        line = 0
        while True:
            async with self.news:
                while line == len(self.heard) and not self.is_over:
                    await self.news.wait()
            if line == len(self.heard):
                return
            await self.logbook.write(self.heard[line])
            line += 1


async def record_journey(lorry: Lorry, logbook: Logbook) -> int | None:
    recorder = Recorder(lorry, logbook)
    async with anyio.create_task_group() as group:
        group.start_soon(recorder.listen)
        group.start_soon(recorder.write)
    return max(recorder.heard, default=None)
