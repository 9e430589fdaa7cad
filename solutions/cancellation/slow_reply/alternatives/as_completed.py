"""The question and a wait of that length are started together; whichever is done first decides."""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def give_up(patience: float, usual: str) -> str:
    await anyio.sleep(patience)
    return usual


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    """Return what the courier says; if that takes more than `patience` seconds, what is usual."""
    question = courier.estimate(parcel)
    async with anyio.as_completed(question, give_up(patience, usual)) as finished:
        first = await finished.receive()
        # If the courier failed, its error leaves the block below, in a group.
        if first.status is anyio.TaskHandle.Status.FINISHED:
            return first.return_value
    raise AssertionError("the block raises the error of the courier")
