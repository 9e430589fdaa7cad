"""The `time` module on the run's clock: what a submission reads is what the judge's clock says."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Final

START: Final = 1_767_225_600.0
"""What `time.time()` reads when a run begins: 1 January 2026, UTC."""


def install(now: Callable[[], float], epoch: float) -> None:
    """Make every clock of `time` follow `now`, which reads `epoch` when the run begins."""

    def wall() -> float:
        return START + now() - epoch

    def nanoseconds(clock: Callable[[], float]) -> Callable[[], int]:
        return lambda: round(clock() * 1e9)

    time.time = wall
    time.monotonic = time.perf_counter = now
    time.time_ns = nanoseconds(wall)
    time.monotonic_ns = time.perf_counter_ns = nanoseconds(now)
    # These two took theirs at import.
    threading._time = now  # type: ignore[attr-defined]
    queue.time = now  # type: ignore[attr-defined]
