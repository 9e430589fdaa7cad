"""Uses asyncio's own tasks, and returns when the last order is taken.

Caught by: orders_without_a_break, cooked_at_once, handed_over_at_once
"""

import asyncio


async def lunch(diner, customers):
    async def prepare(number):
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    tasks = []
    for customer in customers:
        number = await diner.take_order(customer)
        tasks.append(asyncio.create_task(prepare(number)))
