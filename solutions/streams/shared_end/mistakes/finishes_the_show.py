"""Lets nobody interrupt the board, not even a cancellation.

Caught by: errors_come_out
"""

import anyio


async def watch(gate, passed):
    async with passed:
        while (number := await gate.next_walker()) is not None:
            await passed.send(number)


async def keep_score(gates, board):
    shown = 0
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        async with send:
            for gate in gates:
                group.start_soon(watch, gate, send.clone())
        async for number in receive:
            with anyio.CancelScope(shield=True):
                await board.show(number)
            shown += 1
    return shown
