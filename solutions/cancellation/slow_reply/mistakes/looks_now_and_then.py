"""Looks every half a second whether there is an answer, or too much time has passed.

Caught by: in_time, out_of_patience
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    answers = []

    async def ask() -> None:
        answers.append(await courier.estimate(parcel))

    start = anyio.current_time()
    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        while not answers and anyio.current_time() - start < patience:
            await anyio.sleep(0.5)
        group.cancel_scope.cancel()
    return answers[0] if answers else usual
