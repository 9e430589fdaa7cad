"""Starts a task for each customer, and lets one at a time to the cashier, in whatever order they run.

Caught by: orders_without_a_break (trio)
"""

import anyio


async def lunch(diner, customers):
    cashier = anyio.Lock()

    async def serve(customer):
        async with cashier:
            number = await diner.take_order(customer)
        burger = await diner.cook(number)
        await diner.hand_over(number, burger)

    async with anyio.create_task_group() as group:
        for customer in customers:
            group.start_soon(serve, customer)
