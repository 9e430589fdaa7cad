"""Takes every error for a late answer.

Caught by: reaches_the_caller
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    try:
        with anyio.fail_after(patience):
            return await courier.estimate(parcel)
    except Exception:
        return usual
