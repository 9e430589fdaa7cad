"""Limits its own wait only: the task group waits for the question all the same.

Caught by: out_of_patience
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    async with anyio.create_task_group() as group:
        question = group.start_soon(courier.estimate, parcel)
        with anyio.move_on_after(patience):
            await question.wait()
            return question.return_value
    return usual
