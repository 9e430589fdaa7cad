"""Takes an empty estimate for none.

Caught by: in_time
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    estimate = ""
    with anyio.move_on_after(patience):
        estimate = await courier.estimate(parcel)
    return estimate or usual
