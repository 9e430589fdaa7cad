"""Raises an error that only says the same as the one of the courier.

Caught by: reaches_the_caller
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
        except ConnectionError as error:
            raise ConnectionError(str(error)) from None  # No internals on the customer's page.
    return usual
