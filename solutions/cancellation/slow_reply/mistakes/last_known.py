"""Keeps the estimates in the module, and has an old one for a parcel of another courier.

Caught by: out_of_patience
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


known: dict[str, str] = {}


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    with anyio.move_on_after(patience):
        known[parcel] = await courier.estimate(parcel)
    return known.get(parcel, usual)
