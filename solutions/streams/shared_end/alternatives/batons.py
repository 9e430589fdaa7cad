"""A task for each passage, which waits until the one before it has been shown."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.lowlevel import checkpoint


class Gate(Protocol):
    async def next_walker(self) -> int | None: ...


class Board(Protocol):
    async def show(self, number: int) -> None: ...


async def keep_score(gates: Sequence[Gate], board: Board) -> int:
    """Return how many passages were shown, when the last gate has been taken down."""
    shown = 0
    last_baton = anyio.Event()
    last_baton.set()

    async def show(number: int, baton: anyio.Event, next_baton: anyio.Event) -> None:
        nonlocal shown
        await baton.wait()
        await board.show(number)
        shown += 1
        next_baton.set()

    async def watch(gate: Gate) -> None:
        nonlocal last_baton
        while (number := await gate.next_walker()) is not None:
            baton, last_baton = last_baton, anyio.Event()
            group.start_soon(show, number, baton, last_baton)
            await checkpoint()

    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(watch, gate)
    return shown
