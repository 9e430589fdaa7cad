"""Show on one scoreboard who passes at several gates."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Gate(Protocol):
    async def next_walker(self) -> int | None: ...


class Board(Protocol):
    async def show(self, number: int) -> None: ...


async def watch(gate: Gate, passed: MemoryObjectSendStream[int]) -> None:
    async with passed:
        while (number := await gate.next_walker()) is not None:
            await passed.send(number)


async def keep_score(gates: Sequence[Gate], board: Board) -> int:
    """Return how many passages were shown, when the last gate has been taken down."""
    shown = 0
    send, receive = anyio.create_memory_object_stream[int]()
    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate, send)
        async for number in receive:
            await board.show(number)
            shown += 1
    return shown


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
