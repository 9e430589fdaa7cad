"""Each watcher sends a `None` when it is done, and the first one ends the loop.

Caught by: all_arrive, all_together, errors_come_out
"""

import anyio


async def watch(gate, passed):
    number = 1
    while number is not None:
        number = await gate.next_walker()
        await passed.send(number)


async def keep_score(gates, board):
    shown = 0
    if not gates:
        return shown
    send, receive = anyio.create_memory_object_stream(1000)
    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate, send)
        while (number := await receive.receive()) is not None:
            await board.show(number)
            shown += 1
    return shown
