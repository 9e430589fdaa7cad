"""Asks whose it is, of a time limit that only asyncio has.

Caught by: airline_in_time (trio), error_of_the_airline (trio), plan_after_the_limit (trio), cancelled_from_outside (trio)
"""

import asyncio
from typing import Protocol



class Airline(Protocol):
    """Knows the gate, or raises an error if something is wrong with its computers."""

    async def ask(self, flight: str) -> str: ...


class Plan(Protocol):
    """Knows which gate was planned in the morning."""

    async def look_up(self, flight: str) -> str: ...


async def gate(airline: Airline, plan: Plan, flight: str, limit: float) -> str:
    try:
        async with asyncio.timeout(limit) as scope:
            return await airline.ask(flight)
    except TimeoutError:
        if not scope.expired():
            raise
    return await plan.look_up(flight)
