"""Takes all orders before any of them goes to the kitchen.

Caught by: cooked_at_once
"""

import anyio


async def lunch(diner, customers):
    numbers = [await diner.take_order(customer) for customer in customers]

    async def prepare(number):
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(prepare, number)
