"""Has a task group in the loop, which waits for the burger before the next turn.

Caught by: orders_without_a_break
"""

import anyio


async def lunch(diner, customers):
    async def prepare(number):
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    for customer in customers:
        number = await diner.take_order(customer)
        async with anyio.create_task_group() as group:
            group.start_soon(prepare, number)
