"""Shields the plan, so that the board is never empty.

Caught by: cancelled_from_outside
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
        return await airline.ask(flight)
    with anyio.CancelScope(shield=True):
        return await plan.look_up(flight)
