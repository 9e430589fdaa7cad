"""One task hands over the burgers, one after another.

Caught by: handed_over_at_once
"""

import anyio


async def lunch(diner, customers):
    send, receive = anyio.create_memory_object_stream(len(customers))

    async def cook(number):
        await send.send((number, await diner.cook(number)))

    async def waiter():
        for _ in customers:
            number, burger = await receive.receive()
            await diner.hand_over(number, burger)

    async with send, receive, anyio.create_task_group() as group:
        group.start_soon(waiter)
        for customer in customers:
            number = await diner.take_order(customer)
            group.start_soon(cook, number)
