"""The tasks look at the variable of the loop, which has another number by the time the burger is done.

Caught by: orders_without_a_break, cooked_at_once, handed_over_at_once
"""

import anyio


async def lunch(diner, customers):
    async def prepare():
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            number = await diner.take_order(customer)
            group.start_soon(prepare)
