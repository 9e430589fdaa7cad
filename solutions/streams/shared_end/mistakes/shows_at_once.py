"""Does without a stream, and without anything in its place: the board shows several numbers at a time.

Caught by: all_together
"""

import anyio


async def keep_score(gates, board):
    shown = 0

    async def watch(gate):
        nonlocal shown
        while (number := await gate.next_walker()) is not None:
            await board.show(number)
            shown += 1

    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate)
    return shown
