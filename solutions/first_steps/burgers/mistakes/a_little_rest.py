"""Waits until everything must be over, in place of waiting for the tasks.

Caught by: orders_without_a_break, cooked_at_once, handed_over_at_once
"""

import anyio


async def lunch(diner, customers):
    async def prepare(number):
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            number = await diner.take_order(customer)
            group.start_soon(prepare, number)
        await anyio.sleep(3600)
        group.cancel_scope.cancel()
