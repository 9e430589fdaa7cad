"""Takes the number 0 for no number, and skips whoever has it.

Caught by: orders_without_a_break, cooked_at_once, handed_over_at_once
"""

import anyio


async def lunch(diner, customers):
    async def prepare(number):
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            if number := await diner.take_order(customer):
                group.start_soon(prepare, number)
