"""Takes an airline that answers with nothing for one that does not answer.

Caught by: airline_in_time
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
    answer = ""
    with anyio.move_on_after(limit):
        answer = await airline.ask(flight)
    return answer or await plan.look_up(flight)
