"""A class that cancels the questions one by one, each by its task handle."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.lowlevel import checkpoint, checkpoint_if_cancelled


class Mirror(Protocol):
    async def read(self, gauge: str) -> int: ...


class Race:
    """All questions of one call, and what came of them."""

    def __init__(self, mirrors: Sequence[Mirror], gauge: str) -> None:
        self._mirrors = mirrors
        self._gauge = gauge
        self._open = len(mirrors)
        self._settled = anyio.Event()
        self._answers: list[int] = []
        self._errors: list[Exception] = []

    async def _ask(self, mirror: Mirror) -> None:
        try:
            await checkpoint()
            answer = await mirror.read(self._gauge)
        except Exception as error:
            self._errors.append(error)
        else:
            self._answers.append(answer)
        finally:
            self._open -= 1
            if self._answers or not self._open:
                self._settled.set()

    async def run(self) -> int:
        async with anyio.create_task_group() as group:
            questions = [group.start_soon(self._ask, mirror) for mirror in self._mirrors]
            await self._settled.wait()
            for question in questions:
                question.cancel()
        await checkpoint_if_cancelled()
        for answer in self._answers:
            return answer
        raise ExceptionGroup("no mirror has answered", self._errors)


async def water_level(mirrors: Sequence[Mirror], gauge: str) -> int:
    """Return the level in centimetres, as one of the mirrors knows it."""
    if len(mirrors) == 0:
        raise ValueError("there is no mirror to ask")
    return await Race(mirrors, gauge).run()
