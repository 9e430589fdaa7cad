"""The watcher of the last gate in the list closes the stream, as if that gate were the last to be taken down.

Caught by: all_arrive, all_together, errors_come_out
"""

import anyio


async def watch(gate, passed, is_last):
    while (number := await gate.next_walker()) is not None:
        await passed.send(number)
    if is_last:
        passed.close()


async def keep_score(gates, board):
    shown = 0
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate, send, gate is gates[-1])
        if not gates:
            send.close()
        async for number in receive:
            await board.show(number)
            shown += 1
    return shown
