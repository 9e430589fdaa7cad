"""The `time` module on the run's clock: what a submission reads is what the judge's clock says."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Final

START: Final = 1_767_225_600.0
"""What `time.time()` reads when a run begins: 1 January 2026, UTC."""


_now: Callable[[], float] = time.monotonic
_epoch = 0.0


def _read() -> float:
    return _now()


def _read_nanoseconds() -> int:
    return round(_now() * 1e9)


def _wall() -> float:
    return START + _now() - _epoch


def _wall_nanoseconds() -> int:
    return round(_wall() * 1e9)


def install(now: Callable[[], float], epoch: float) -> None:
    """Make every clock of `time` follow `now`, which reads `epoch` when the run begins."""
    global _now, _epoch
    _now, _epoch = now, epoch
    # An earlier run in this process may have put something else there.
    time.time, time.time_ns = _wall, _wall_nanoseconds
    time.monotonic = time.perf_counter = _read
    time.monotonic_ns = time.perf_counter_ns = _read_nanoseconds
    # These two took theirs at import.
    threading._time = queue.time = _read  # type: ignore[attr-defined]
