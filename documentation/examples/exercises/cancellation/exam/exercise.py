from typing import Protocol

import anyio


class Paper(Protocol):
    async def guess(self) -> None: ...  # takes 1 second
    async def solve(self) -> None: ...  # takes 2 seconds


async def guesser(paper: Paper) -> None:
    for _ in range(3):
        await paper.guess()


async def solver(paper: Paper) -> None:
    for _ in range(3):
        await paper.solve()


async def exam(paper: Paper) -> None:
    with anyio.move_on_after(5) as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(guesser, paper)
            group.start_soon(solver, paper)
    if scope.cancelled_caught:
        print("time is up")
