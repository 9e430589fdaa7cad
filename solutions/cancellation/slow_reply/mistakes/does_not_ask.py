"""Returns what is usual at once, and asks nobody.

Caught by: in_time, out_of_patience, reaches_the_caller
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    return usual
