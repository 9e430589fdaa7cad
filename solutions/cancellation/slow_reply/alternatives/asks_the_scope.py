"""One way out, and the scope is asked which answer it is."""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    """Return what the courier says; if that takes more than `patience` seconds, what is usual."""
    estimate = ""
    with anyio.CancelScope() as scope:
        scope.deadline = anyio.current_time() + patience
        estimate = await courier.estimate(parcel)
    return usual if scope.cancelled_caught else estimate
