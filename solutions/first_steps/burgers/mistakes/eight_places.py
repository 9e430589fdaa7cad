"""Guesses how many cooks there are, and lets only so many orders into the kitchen.

Caught by: cooked_at_once
"""

import anyio


async def lunch(diner, customers):
    places = anyio.CapacityLimiter(8)

    async def prepare(number):
        async with places:
            burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            number = await diner.take_order(customer)
            group.start_soon(prepare, number)
