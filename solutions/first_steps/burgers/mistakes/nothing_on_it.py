"""Takes a burger with nothing on it for none.

Caught by: orders_without_a_break, cooked_at_once, handed_over_at_once
"""

import anyio


async def lunch(diner, customers):
    async def prepare(number):
        if burger := await diner.cook(number):
            await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            group.start_soon(prepare, await diner.take_order(customer))
