"""Keeps in the module which flights had a slow airline, and does not ask again.

Caught by: plan_after_the_limit, cancelled_from_outside
"""

from typing import Protocol

import anyio


class Airline(Protocol):
    """Knows the gate, or raises an error if something is wrong with its computers."""

    async def ask(self, flight: str) -> str: ...


class Plan(Protocol):
    """Knows which gate was planned in the morning."""

    async def look_up(self, flight: str) -> str: ...


slow: set[str] = set()


async def gate(airline: Airline, plan: Plan, flight: str, limit: float) -> str:
    if flight not in slow:
        with anyio.move_on_after(limit):
            return await airline.ask(flight)
        slow.add(flight)
    return await plan.look_up(flight)
