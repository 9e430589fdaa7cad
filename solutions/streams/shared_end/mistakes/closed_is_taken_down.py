"""Takes a gate that fails because something was closed for one that has been taken down.

Caught by: errors_come_out
"""

import anyio


async def watch(gate, passed):
    async with passed:
        try:
            while (number := await gate.next_walker()) is not None:
                await passed.send(number)
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            pass  # The scoreboard has been switched off.


async def keep_score(gates, board):
    shown = 0
    send, receive = anyio.create_memory_object_stream()
    with send, receive:
        async with anyio.create_task_group() as group:
            for gate in gates:
                group.start_soon(watch, gate, send.clone())
            send.close()
            async for number in receive:
                await board.show(number)
                shown += 1
    return shown
