"""Never asks a courier again that has kept one customer waiting for too long.

Caught by: in_time, out_of_patience, reaches_the_caller
"""

from typing import Protocol

import anyio


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


_slow: list[Courier] = []


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    """Return what the courier says; if that takes more than `patience` seconds, what is usual."""
    if any(courier is slow for slow in _slow):  # It has one of its days.
        return usual
    with anyio.move_on_after(patience):
        return await courier.estimate(parcel)
    _slow.append(courier)
    return usual
