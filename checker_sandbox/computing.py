"""How long a run may compute before it comes back to the event loop.

The kernel enforces this limit for the process: it sends a signal after so many seconds of processor
time. A program that comes back gets its seconds anew, so the limit only ends code that never does, on a
busy machine as on an idle one. A second limit, which nothing in the process can raise, holds for all
that the process computes.
"""

import math
import resource
import time
from typing import Final

from checker_sandbox.wire.limits import CPU_SECONDS, TOTAL_SECONDS

RENEWED_AFTER: Final = 0.1
"""Processor seconds that must be used up before the limit is moved: to ask is cheaper than to move."""

_process_time = time.process_time  # A submission may put something else there.
_renewed_from = math.inf
"""Until a process is limited, nothing is renewed: what the server rehearses must not limit it as a run is."""


def limit() -> None:
    """Limit this process, which has not computed anything yet."""
    global _renewed_from
    _renewed_from = RENEWED_AFTER
    _set(CPU_SECONDS)


def renew() -> None:
    """Give this process its seconds anew. Called whenever it speaks with the judge."""
    global _renewed_from
    used = _process_time()
    if used >= _renewed_from:
        _renewed_from = used + RENEWED_AFTER
        _set(math.ceil(used + CPU_SECONDS))


def limit_for_good(seconds: int) -> None:
    """Let the kernel kill this process after so many seconds in all. No signal tells it before: the first
    process of a namespace, which has no parent in it, would not hear one, nor whoever ignores it."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    hard = seconds if most == resource.RLIM_INFINITY else min(seconds, most)
    resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))


def _set(soft: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    hard = TOTAL_SECONDS if most == resource.RLIM_INFINITY else min(TOTAL_SECONDS, most)
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))
