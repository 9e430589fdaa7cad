"""Puts an error of its own in place of the airline's.

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
    with anyio.move_on_after(limit):
        try:
            return await airline.ask(flight)
        except TimeoutError as error:
            raise RuntimeError("the airline is in trouble") from error
    return await plan.look_up(flight)
