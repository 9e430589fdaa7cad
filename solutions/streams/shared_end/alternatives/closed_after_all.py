"""The watchers leave the stream alone; the task that waits for all of them closes it."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Gate(Protocol):
    async def next_walker(self) -> int | None: ...


class Board(Protocol):
    async def show(self, number: int) -> None: ...


async def watch(gate: Gate, passed: MemoryObjectSendStream[int]) -> None:
    while (number := await gate.next_walker()) is not None:
        await passed.send(number)


async def watch_all(gates: Sequence[Gate], passed: MemoryObjectSendStream[int]) -> None:
    async with passed, anyio.create_task_group() as watchers:
        for gate in gates:
            watchers.start_soon(watch, gate, passed)


async def keep_score(gates: Sequence[Gate], board: Board) -> int:
    shown = 0
    send, receive = anyio.create_memory_object_stream[int](10)
    async with receive, anyio.create_task_group() as group:
        group.start_soon(watch_all, gates, send)
        async for number in receive:
            await board.show(number)
            shown += 1
    return shown
