"""Keeps one stream in the module, and opens it again for each walk.

Caught by: all_arrive, all_together, errors_come_out
"""

import anyio


send, receive = anyio.create_memory_object_stream(1000)


async def watch(gate, passed):
    async with passed:
        while (number := await gate.next_walker()) is not None:
            await passed.send(number)


async def keep_score(gates, board):
    shown = 0
    left = len(gates)

    async def watch_and_tell(gate):
        nonlocal left
        await watch(gate, send.clone())
        left -= 1
        if left == 0:
            await send.send(None)

    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch_and_tell, gate)
        while gates and (number := await receive.receive()) is not None:
            await board.show(number)
            shown += 1
    return shown
