"""No stream at all: while one temperature is written, a task asks for the next one."""

from typing import Protocol

import anyio


class Lorry(Protocol):
    async def temperature(self) -> int | None: ...


class Logbook(Protocol):
    async def write(self, degrees: int) -> None: ...


async def next_report(lorry: Lorry) -> int | None:
    try:
        return await lorry.temperature()
    except ConnectionError:
        return None


async def record_journey(lorry: Lorry, logbook: Logbook) -> int | None:
    highest = degrees = await next_report(lorry)
    while degrees is not None:
        assert highest is not None
        highest = max(highest, degrees)
        async with anyio.create_task_group() as group:
            following = group.start_soon(next_report, lorry)
            await logbook.write(degrees)
        degrees = following.return_value
    return highest
