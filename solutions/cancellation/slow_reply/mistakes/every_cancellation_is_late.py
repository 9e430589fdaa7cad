"""Takes every cancellation for its own time limit.

Caught by: reaches_the_caller
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    with anyio.move_on_after(patience):
        try:
            return await courier.estimate(parcel)
        except anyio.get_cancelled_exc_class():
            return usual
    return usual
