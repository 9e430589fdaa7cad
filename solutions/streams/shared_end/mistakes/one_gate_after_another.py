"""Watches the second gate when the first has been taken down, so that one end is enough.

Caught by: all_together
"""

import anyio


async def watch_all(gates, passed):
    async with passed:
        for gate in gates:
            while (number := await gate.next_walker()) is not None:
                await passed.send(number)


async def keep_score(gates, board):
    shown = 0
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(watch_all, gates, send)
        async for number in receive:
            await board.show(number)
            shown += 1
    return shown
