"""Keeps the numbers by name, and two customers may have the same.

Caught by: orders_without_a_break, cooked_at_once, handed_over_at_once
"""

import anyio


async def lunch(diner, customers):
    numbers = {}

    async def prepare(customer):
        burger = await diner.cook(numbers[customer])
        await diner.hand_over(numbers[customer], burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            numbers[customer] = await diner.take_order(customer)
            group.start_soon(prepare, customer)
