"""Asks the airline and the plan at the same time, to have something to show.

Caught by: airline_in_time, error_of_the_airline, plan_after_the_limit
"""

from typing import Protocol

import anyio


class Airline(Protocol):
    """Knows the gate, or raises an error if something is wrong with its computers."""

    async def ask(self, flight: str) -> str: ...


class Plan(Protocol):
    """Knows which gate was planned in the morning."""

    async def look_up(self, flight: str) -> str: ...


async def gate(airline: Airline, plan: Plan, flight: str, limit: float) -> str:
    async with anyio.create_task_group() as group:
        planned = group.start_soon(plan.look_up, flight)
        with anyio.move_on_after(limit):
            answer = await airline.ask(flight)
            group.cancel_scope.cancel()
            return answer
    return planned.return_value
