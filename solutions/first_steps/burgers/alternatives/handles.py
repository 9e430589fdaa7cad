"""Cooks in tasks whose handles the tasks that hand over wait for."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Diner(Protocol):
    async def take_order(self, customer: str) -> int: ...

    async def cook(self, number: int) -> str: ...

    async def hand_over(self, number: int, burger: str) -> None: ...


async def lunch(diner: Diner, customers: Sequence[str]) -> None:
    async def bring(number: int, burger: anyio.TaskHandle[str]) -> None:
        await diner.hand_over(number, await burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            number = await diner.take_order(customer)
            group.start_soon(bring, number, group.start_soon(diner.cook, number))
