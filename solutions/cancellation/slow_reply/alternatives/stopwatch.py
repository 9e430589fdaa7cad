"""A class with a context manager of its own, and an extra checkpoint."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import anyio
import anyio.lowlevel


class Courier(Protocol):
    """Knows where the parcels are. On some days it is slow, and on some it fails."""

    async def estimate(self, parcel: str) -> str: ...


class Stopwatch:
    """Ends its block when the time is over, and says so afterwards."""

    def __init__(self, seconds: float) -> None:
        self.has_run_out = False
        self._seconds = seconds

    @contextmanager
    def running(self) -> Iterator[None]:
        with anyio.move_on_at(anyio.current_time() + self._seconds) as scope:
            yield
        self.has_run_out = scope.cancelled_caught


async def arrival(courier: Courier, parcel: str, patience: float, usual: str) -> str:
    """Return what the courier says; if that takes more than `patience` seconds, what is usual."""
    watch = Stopwatch(patience)
    await anyio.lowlevel.checkpoint()
    with watch.running():
        estimate = await courier.estimate(parcel)
    return usual if watch.has_run_out else estimate
