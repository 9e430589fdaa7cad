"""A task for each customer, who waits until the one in front has ordered."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Diner(Protocol):
    async def take_order(self, customer: str) -> int: ...

    async def cook(self, number: int) -> str: ...

    async def hand_over(self, number: int, burger: str) -> None: ...


async def lunch(diner: Diner, customers: Sequence[str]) -> None:
    has_ordered = [anyio.Event() for _ in customers]

    async def stand_in_line(place: int, customer: str) -> None:
        if place > 0:
            await has_ordered[place - 1].wait()
        number = await diner.take_order(customer)
        has_ordered[place].set()
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for place, customer in enumerate(customers):
            group.start_soon(stand_in_line, place, customer)
