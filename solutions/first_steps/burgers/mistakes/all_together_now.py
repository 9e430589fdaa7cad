"""Lets the burgers lie until the last one is done, and then hands over all of them.

Caught by: handed_over_at_once
"""

import anyio


async def lunch(diner, customers):
    burgers = {}

    async def cook(number):
        burgers[number] = await diner.cook(number)

    async with anyio.create_task_group() as group:
        for customer in customers:
            number = await diner.take_order(customer)
            group.start_soon(cook, number)
    async with anyio.create_task_group() as group:
        for number, burger in burgers.items():
            group.start_soon(diner.hand_over, number, burger)
