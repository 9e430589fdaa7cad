"""Whoever finds the shared end closed goes home, and what was read last is lost.

Caught by: all_arrive, all_together, errors_come_out
"""

import anyio


async def watch(gate, passed):
    async with passed:
        while (number := await gate.next_walker()) is not None:
            try:
                await passed.send(number)
            except anyio.ClosedResourceError:
                return


async def keep_score(gates, board):
    shown = 0
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate, send)
        if not gates:
            send.close()
        async for number in receive:
            await board.show(number)
            shown += 1
    return shown
