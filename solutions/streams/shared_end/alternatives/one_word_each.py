"""Each watcher sends `None` when it is done, and the receiver counts them."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Gate(Protocol):
    async def next_walker(self) -> int | None: ...


class Board(Protocol):
    async def show(self, number: int) -> None: ...


async def watch(gate: Gate, passed: MemoryObjectSendStream[int | None]) -> None:
    while True:
        number = await gate.next_walker()
        await passed.send(number)
        if number is None:
            return


async def keep_score(gates: Sequence[Gate], board: Board) -> int:
    shown = 0
    left = len(gates)
    send, receive = anyio.create_memory_object_stream[int | None]()
    with send, receive:
        async with anyio.create_task_group() as group:
            for gate in gates:
                group.start_soon(watch, gate, send)
            while left:
                number = await receive.receive()
                if number is None:
                    left -= 1
                    continue
                await board.show(number)
                shown += 1
    return shown
