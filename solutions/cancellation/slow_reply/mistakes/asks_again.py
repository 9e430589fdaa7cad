"""Asks a second time when the first answer does not come, with the same patience.

Caught by: in_time, out_of_patience, reaches_the_caller
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    for _ in range(2):
        with anyio.move_on_after(patience):
            return await courier.estimate(parcel)
    return usual
