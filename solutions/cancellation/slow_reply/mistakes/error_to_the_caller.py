"""Raises when the patience is over, and nobody returns what is usual.

Caught by: out_of_patience
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    with anyio.fail_after(patience):
        return await courier.estimate(parcel)
