"""A class without a stream: whoever has a number waits for the board."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Gate(Protocol):
    async def next_walker(self) -> int | None: ...


class Board(Protocol):
    async def show(self, number: int) -> None: ...


class Score:
    def __init__(self, board: Board) -> None:
        self.board = board
        self.lock = anyio.Lock()
        self.shown = 0

    async def watch(self, gate: Gate) -> None:
        while (number := await gate.next_walker()) is not None:
            async with self.lock:
                await self.board.show(number)
            self.shown += 1


async def keep_score(gates: Sequence[Gate], board: Board) -> int:
    score = Score(board)
    async with anyio.create_task_group() as group:
        for gate in gates:
            group.start_soon(score.watch, gate)
    return score.shown
