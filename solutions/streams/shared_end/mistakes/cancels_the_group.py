"""The last watcher to go cancels what still runs, the board among it.

Caught by: all_arrive, all_together, errors_come_out
"""

import anyio


async def keep_score(gates, board):
    shown = 0
    left = len(gates)
    send, receive = anyio.create_memory_object_stream(1000)

    async def watch(gate):
        nonlocal left
        while (number := await gate.next_walker()) is not None:
            await send.send(number)
        left -= 1
        if left == 0:
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate)
        while gates:
            await board.show(await receive.receive())
            shown += 1
    return shown
