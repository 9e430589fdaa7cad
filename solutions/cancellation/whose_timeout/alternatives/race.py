"""A watchdog in a task group: the answer or the sleep, whichever comes first."""

from typing import Protocol

import anyio
import anyio.lowlevel


class Airline(Protocol):
    """Knows the gate, or raises an error if something is wrong with its computers."""

    async def ask(self, flight: str) -> str: ...


class Plan(Protocol):
    """Knows which gate was planned in the morning."""

    async def look_up(self, flight: str) -> str: ...


async def gate(airline: Airline, plan: Plan, flight: str, limit: float) -> str:
    """Return the gate that the airline says; if that takes more than `limit` seconds, the planned one."""
    answers: list[str] = []

    async def watch() -> None:
        await anyio.sleep(limit)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        answers.append(await airline.ask(flight))
        group.cancel_scope.cancel()
    await anyio.lowlevel.checkpoint()
    return answers[0] if answers else await plan.look_up(flight)
