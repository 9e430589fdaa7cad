"""Gives each watcher its clone, and still catches what looks like a closed stream, whoever raised it.

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
    try:
        async with anyio.create_task_group() as group:
            async with send:
                for gate in gates:
                    group.start_soon(watch, gate, send.clone())
            async for number in receive:
                await board.show(number)
                shown += 1
    except* (anyio.ClosedResourceError, anyio.BrokenResourceError):
        pass
    return shown
