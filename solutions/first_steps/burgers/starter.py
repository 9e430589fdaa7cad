"""Serve everybody who stands in line at a diner."""

from collections.abc import Sequence
from typing import Protocol


class Diner(Protocol):
    """A diner with one cashier, and with a kitchen in which several cooks work."""

    async def take_order(self, customer: str) -> int: ...

    async def cook(self, number: int) -> str: ...

    async def hand_over(self, number: int, burger: str) -> None: ...


async def lunch(diner: Diner, customers: Sequence[str]) -> None:
    """Take each customer's order, have it cooked, and hand the burger over."""
    for customer in customers:
        number = await diner.take_order(customer)
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
