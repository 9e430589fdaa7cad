"""Takes a KeyError of the airline for the lack of an answer.

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
    """Return the gate that the airline says; if that takes more than `limit` seconds, the planned one."""
    answers: dict[str, str] = {}
    try:
        with anyio.move_on_after(limit):
            answers[flight] = await airline.ask(flight)
        answer = answers[flight]
    except KeyError:
        return await plan.look_up(flight)
    return answer
