"""A second task raises an error of its own when the limit is over."""

from typing import Protocol

import anyio


class Airline(Protocol):
    """Knows the gate, or raises an error if something is wrong with its computers."""

    async def ask(self, flight: str) -> str: ...


class Plan(Protocol):
    """Knows which gate was planned in the morning."""

    async def look_up(self, flight: str) -> str: ...


class LimitIsOver(Exception):
    """Raised by the watchdog, and by nobody else."""


async def watchdog(limit: float) -> None:
    await anyio.sleep(limit)
    raise LimitIsOver


async def gate(airline: Airline, plan: Plan, flight: str, limit: float) -> str:
    """Return the gate that the airline says; if that takes more than `limit` seconds, the planned one."""
    answer = ""
    over = False
    try:
        async with anyio.create_task_group() as group:
            dog = group.start_soon(watchdog, limit)
            answer = await airline.ask(flight)
            dog.cancel()
    except* LimitIsOver:
        over = True
    if over:
        return await plan.look_up(flight)
    return answer
