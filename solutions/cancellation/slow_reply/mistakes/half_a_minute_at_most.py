"""Waits for half a minute at most, however much patience there is.

Caught by: in_time
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


LONGEST = 30.0


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    """Return what the courier says; if that takes more than `patience` seconds, what is usual."""
    with anyio.move_on_after(min(patience, LONGEST)):
        return await courier.estimate(parcel)
    return usual
