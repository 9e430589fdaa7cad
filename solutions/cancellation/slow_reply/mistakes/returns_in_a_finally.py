"""Returns from a finally, so that errors and cancellations end there.

Caught by: reaches_the_caller
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    answer = usual
    try:
        with anyio.move_on_after(patience):
            answer = await courier.estimate(parcel)
    finally:
        return answer
