"""The question is a task with a handle, which is cancelled when the time is over."""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    """Return what the courier says; if that takes more than `patience` seconds, what is usual."""
    async with anyio.create_task_group() as group:
        question = group.start_soon(courier.estimate, parcel)
        group.cancel_scope.deadline = anyio.current_time() + patience
    if group.cancel_scope.cancelled_caught:
        return usual
    return question.return_value
