"""The question is a task that hands back its answer or its error, as a value."""

from typing import Protocol

import anyio


class Airline(Protocol):
    """Knows the gate, or raises an error if something is wrong with its computers."""

    async def ask(self, flight: str) -> str: ...


class Plan(Protocol):
    """Knows which gate was planned in the morning."""

    async def look_up(self, flight: str) -> str: ...


async def gate(airline: Airline, plan: Plan, flight: str, limit: float) -> str:
    """Return the gate that the airline says; if that takes more than `limit` seconds, the planned one."""

    async def ask() -> str | Exception:
        try:
            return await airline.ask(flight)
        except Exception as error:
            return error

    async with anyio.create_task_group() as group:
        group.cancel_scope.deadline = anyio.current_time() + limit
        question = group.start_soon(ask)
    if group.cancel_scope.cancelled_caught:
        return await plan.look_up(flight)
    answer = question.return_value
    if isinstance(answer, Exception):
        raise answer
    return answer
