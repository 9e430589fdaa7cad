"""Asks the plan in a finally, whatever has happened before.

Caught by: error_of_the_airline
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
    answer = None
    try:
        with anyio.move_on_after(limit):
            answer = await airline.ask(flight)
    finally:
        if answer is None:
            answer = await plan.look_up(flight)
    return answer
