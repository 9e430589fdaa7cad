"""The cashier is a task that writes numbers into a stream, and the burgers come through another one."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Diner(Protocol):
    async def take_order(self, customer: str) -> int: ...

    async def cook(self, number: int) -> str: ...

    async def hand_over(self, number: int, burger: str) -> None: ...


async def lunch(diner: Diner, customers: Sequence[str]) -> None:
    slips, on_the_spike = anyio.create_memory_object_stream[int](len(customers))
    hatch, shelf = anyio.create_memory_object_stream[tuple[int, str]](len(customers))

    async def cashier() -> None:
        with slips:
            for customer in customers:
                await slips.send(await diner.take_order(customer))

    async def kitchen() -> None:
        async with hatch, on_the_spike, anyio.create_task_group() as cooking:
            async for number in on_the_spike:
                cooking.start_soon(cook, number)

    async def cook(number: int) -> None:
        await hatch.send((number, await diner.cook(number)))

    async with shelf, anyio.create_task_group() as group:
        group.start_soon(cashier)
        group.start_soon(kitchen)
        async for number, burger in shelf:
            group.start_soon(diner.hand_over, number, burger)
