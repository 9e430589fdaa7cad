"""Asks, sleeps until the patience is over, and looks whether there is an answer.

Caught by: in_time
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

    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        await anyio.sleep(patience)
        group.cancel_scope.cancel()
    return answers[0] if answers else usual
