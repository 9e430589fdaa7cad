"""A class for what goes on behind the counter."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Diner(Protocol):
    async def take_order(self, customer: str) -> int: ...

    async def cook(self, number: int) -> str: ...

    async def hand_over(self, number: int, burger: str) -> None: ...


class Counter:
    """Takes the orders itself, and leaves the rest to a task for each of them."""

    def __init__(self, diner: Diner) -> None:
        self._diner = diner

    async def serve(self, customers: Sequence[str]) -> None:
        async with anyio.create_task_group() as self._group:
            for customer in customers:
                self._group.start_soon(self._prepare, await self._diner.take_order(customer))

    async def _prepare(self, number: int) -> None:
        await self._diner.hand_over(number, await self._diner.cook(number))


async def lunch(diner: Diner, customers: Sequence[str]) -> None:
    await Counter(diner).serve(customers)
