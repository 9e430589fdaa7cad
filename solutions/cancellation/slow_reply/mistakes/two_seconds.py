"""Has a patience of its own.

Caught by: in_time, out_of_patience
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    with anyio.move_on_after(2):
        return await courier.estimate(parcel)
    return usual
