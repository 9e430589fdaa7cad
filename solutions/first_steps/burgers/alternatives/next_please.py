"""Whoever has ordered calls the next one to the counter."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Diner(Protocol):
    async def take_order(self, customer: str) -> int: ...

    async def cook(self, number: int) -> str: ...

    async def hand_over(self, number: int, burger: str) -> None: ...


async def lunch(diner: Diner, customers: Sequence[str]) -> None:
    line = iter(customers)

    async def serve(customer: str) -> None:
        number = await diner.take_order(customer)
        call_next()
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    def call_next() -> None:
        for customer in line:
            group.start_soon(serve, customer)
            return

    async with anyio.create_task_group() as group:
        call_next()
