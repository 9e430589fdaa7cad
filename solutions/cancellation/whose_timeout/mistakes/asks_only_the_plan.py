"""Shows the plan, and asks nobody else.

Caught by: airline_in_time, error_of_the_airline, plan_after_the_limit, cancelled_from_outside
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
    return await plan.look_up(flight)
