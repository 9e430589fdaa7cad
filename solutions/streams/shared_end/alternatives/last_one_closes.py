"""The watchers count themselves, and the last one to go closes the end that they share."""

import math
from collections.abc import Sequence
from typing import Protocol

import anyio


class Gate(Protocol):
    async def next_walker(self) -> int | None: ...


class Board(Protocol):
    async def show(self, number: int) -> None: ...


async def keep_score(gates: Sequence[Gate], board: Board) -> int:
    send, receive = anyio.create_memory_object_stream[int](math.inf)
    at_work = len(gates)

    async def watch(gate: Gate) -> None:
        nonlocal at_work
        while (number := await gate.next_walker()) is not None:
            send.send_nowait(number)
        at_work -= 1
        if at_work == 0:
            send.close()

    async def show_all() -> int:
        shown = 0
        async for number in receive:
            await board.show(number)
            shown += 1
        return shown

    if not gates:
        return 0
    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate)
        showing = group.start_soon(show_all)
    return showing.return_value
