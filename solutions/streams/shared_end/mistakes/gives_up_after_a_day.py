"""Takes a day without walkers for the end.

Caught by: all_arrive, all_together, errors_come_out
"""

import anyio


async def watch(gate, passed):
    while (number := await gate.next_walker()) is not None:
        await passed.send(number)


async def keep_score(gates, board):
    shown = 0
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate, send)
        while gates:
            number = None
            with anyio.move_on_after(86400):
                number = await receive.receive()
            if number is None:
                break
            await board.show(number)
            shown += 1
    return shown
