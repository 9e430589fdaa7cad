"""Remembers, from one lunch to the next, who has got a burger.

Caught by: orders_without_a_break, cooked_at_once, handed_over_at_once
"""

import anyio


served = set()


async def lunch(diner, customers):
    async def prepare(number):
        if number not in served:
            served.add(number)
            burger = await diner.cook(number)
            await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            number = await diner.take_order(customer)
            group.start_soon(prepare, number)
