"""Keeps the limit that raises, and asks the scope whose error it is."""

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
    try:
        with anyio.fail_after(limit) as scope:
            return await airline.ask(flight)
    except TimeoutError:
        if not scope.cancelled_caught:
            raise
    return await plan.look_up(flight)
