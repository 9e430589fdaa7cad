"""Asks once more if the connection was reset.

Caught by: in_time, out_of_patience, reaches_the_caller
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    """Return what the courier says; if that takes more than `patience` seconds, what is usual."""
    with anyio.move_on_after(patience):
        try:
            return await courier.estimate(parcel)
        except (ConnectionResetError, BrokenPipeError):  # An old connection: use a new one.
            return await courier.estimate(parcel)
    return usual
