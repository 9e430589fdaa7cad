"""An answer leaves its task as an exception, which ends the whole group, and is caught around it."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Mirror(Protocol):
    async def read(self, gauge: str) -> int: ...


class Answered(Exception):
    """An answer, on its way out of a task group. It takes all other tasks with it."""

    def __init__(self, level: int) -> None:
        self.level = level


async def water_level(mirrors: Sequence[Mirror], gauge: str) -> int:
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    errors: list[Exception] = []

    async def ask(mirror: Mirror) -> None:
        try:
            level = await mirror.read(gauge)
        except Exception as error:
            errors.append(error)
        else:
            raise Answered(level)

    levels: list[int] = []
    try:
        async with anyio.create_task_group() as group:
            for mirror in mirrors:
                group.start_soon(ask, mirror)
    except* Answered as answers:
        levels = [e.level for e in answers.exceptions if isinstance(e, Answered)]
    if levels:
        return levels[0]
    raise ExceptionGroup("no mirror has an answer", errors)
