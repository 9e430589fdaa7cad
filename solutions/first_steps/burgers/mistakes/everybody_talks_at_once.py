"""Starts a task for each customer, so that all of them talk to the cashier at once.

Caught by: orders_without_a_break
"""

import anyio


async def lunch(diner, customers):
    async def serve(customer):
        number = await diner.take_order(customer)
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            group.start_soon(serve, customer)
