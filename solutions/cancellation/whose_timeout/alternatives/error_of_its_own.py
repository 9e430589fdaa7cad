"""Wraps the airline in a class that turns a limit into an error of its own."""

from typing import Protocol

import anyio


class Airline(Protocol):
    """Knows the gate, or raises an error if something is wrong with its computers."""

    async def ask(self, flight: str) -> str: ...


class Plan(Protocol):
    """Knows which gate was planned in the morning."""

    async def look_up(self, flight: str) -> str: ...


class TooSlowError(Exception):
    """Nobody but this module raises it."""


class Hurried:
    """An airline that must answer in time."""

    def __init__(self, airline: Airline, limit: float) -> None:
        self._airline = airline
        self._limit = limit

    async def ask(self, flight: str) -> str:
        with anyio.move_on_after(self._limit):
            return await self._airline.ask(flight)
        raise TooSlowError


async def gate(airline: Airline, plan: Plan, flight: str, limit: float) -> str:
    """Return the gate that the airline says; if that takes more than `limit` seconds, the planned one."""
    try:
        return await Hurried(airline, limit).ask(flight)
    except TooSlowError:
        return await plan.look_up(flight)
