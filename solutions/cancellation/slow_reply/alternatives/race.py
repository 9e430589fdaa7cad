"""Two tasks race, the question and a sleep, and the first one cancels the other."""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    """Return what the courier says; if that takes more than `patience` seconds, what is usual."""
    answers = []

    async def ask() -> None:
        answers.append(await courier.estimate(parcel))
        group.cancel_scope.cancel()

    async def lose_patience() -> None:
        await anyio.sleep(patience)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        group.start_soon(lose_patience)
    return answers[0] if answers else usual
