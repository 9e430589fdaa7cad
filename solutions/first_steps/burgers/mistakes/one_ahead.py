"""Takes the next order while one burger is made, and no more than that.

Caught by: orders_without_a_break, cooked_at_once
"""

import anyio


async def lunch(diner, customers):
    async def prepare(number):
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    numbers = []

    async def take_order(customer):
        numbers.append(await diner.take_order(customer))

    for customer in customers:
        async with anyio.create_task_group() as group:
            if numbers:
                group.start_soon(prepare, numbers.pop())
            await take_order(customer)
    if numbers:
        await prepare(numbers.pop())
