"""Asks the plan whatever has ended the question, and in a shield, so that it is really asked.

Caught by: error_of_the_airline, cancelled_from_outside
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
    try:
        with anyio.fail_after(limit):
            return await airline.ask(flight)
    except (TimeoutError, anyio.get_cancelled_exc_class()):
        with anyio.CancelScope(shield=True):
            return await plan.look_up(flight)
