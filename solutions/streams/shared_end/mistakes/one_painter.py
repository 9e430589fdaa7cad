"""Lets two walks share a lock, although each has a board of its own.

Caught by: all_together
"""

import anyio
from anyio.lowlevel import RunVar


_painter = RunVar("_painter")


def painter():
    try:
        return _painter.get()
    except LookupError:
        lock = anyio.Lock()
        _painter.set(lock)
        return lock


async def keep_score(gates, board):
    shown = 0

    async def watch(gate):
        nonlocal shown
        while (number := await gate.next_walker()) is not None:
            async with painter():
                await board.show(number)
            shown += 1

    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate)
    return shown
