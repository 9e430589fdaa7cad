"""Waits for all the gates, and only then shows what they have read.

Caught by: all_together
"""

import anyio


async def keep_score(gates, board):
    numbers = []

    async def watch(gate):
        while (number := await gate.next_walker()) is not None:
            numbers.append(number)

    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate)
    for number in numbers:
        await board.show(number)
    return len(numbers)
