"""Uses a queue and tasks of asyncio, which trio does not have, and nobody hears of a gate that fails.

Caught by: all_arrive (trio), all_together (trio), errors_come_out
"""

import asyncio


async def keep_score(gates, board):
    shown = 0
    queue = asyncio.Queue()

    async def watch(gate):
        while (number := await gate.next_walker()) is not None:
            await queue.put(number)

    async def show_all():
        nonlocal shown
        while True:
            await board.show(await queue.get())
            shown += 1
            queue.task_done()

    showing = asyncio.create_task(show_all())
    await asyncio.gather(*(watch(gate) for gate in gates))
    await queue.join()
    showing.cancel()
    return shown
