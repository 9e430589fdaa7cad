"""Find the gate from which a flight leaves."""

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
        with anyio.fail_after(limit):
            return await airline.ask(flight)
    except TimeoutError:
        return await plan.look_up(flight)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
