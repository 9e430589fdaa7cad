"""Uses what only asyncio has.

Caught by: in_time (trio), out_of_patience (trio), reaches_the_caller (trio)
"""

import asyncio
from typing import Protocol



class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    try:
        return await asyncio.wait_for(courier.estimate(parcel), patience)
    except TimeoutError:
        return usual
