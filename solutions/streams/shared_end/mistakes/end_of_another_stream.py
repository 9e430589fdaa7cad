"""Takes an `EndOfStream` of the board for the end of its own stream.

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
        try:
            while True:
                await board.show(await receive.receive())
                shown += 1
        except anyio.EndOfStream:
            pass
    return shown
