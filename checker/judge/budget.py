"""What the judging of one exercise may cost, over all its runs and all that is done with them.

Each run has limits of its own, but a search has hundreds of runs: what waits or computes a little less
than a run may would cost hours. So the whole has a budget, too. It counts what the sandbox and the judge
compute, and how long their processor stands idle for them meanwhile, since a program that sleeps keeps
somebody else from being judged. Neither grows on a busy machine, so an honest program fails there no
sooner than elsewhere: only when nothing can be counted, or everything goes on for minutes, does the clock
decide. What the sandbox tells is counted in bytes of memory,
since the judge keeps much of it until all checks are judged.

Most exercises cost two seconds, even when they are searched thoroughly.
"""

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import Final, Literal, Self, TypeAlias

from checker.judge.launch import Sandbox
from checker_sandbox.wire.limits import MAX_TOLD_IN_ALL

COST: Final = 30.0
"""Processor seconds, computed or idle, that an exercise may take: ten times an honest one's."""

FREE: Final = 20.0
"""Real seconds that nobody asks about: what hangs once may take them."""

LAST: Final = 300.0
"""Real seconds after which no more runs begin, whatever they cost."""

Spent: TypeAlias = Literal["time in all", "told in all"]
"""What there may be nothing left of; these are limits of a run, too."""

BETWEEN: Final = 1.0
"""Real seconds between two looks at what it costs."""


class Budget:
    """What is left for an exercise, as seen by whoever judges it. A context manager: what happens outside
    of it is not counted."""

    def __init__(
        self,
        *,
        cost: float = COST,
        free: float = FREE,
        last: float = LAST,
        told: int = MAX_TOLD_IN_ALL,
    ) -> None:
        self._cost_left = cost
        self._free_left = free
        self._last_left = last
        self._told_left = told
        self._sandbox: Sandbox | None = None
        self._began = self._cost_began = 0.0
        self._looked_at = float("-inf")
        self._spent: Spent | None = None

    def of(self, sandbox: Sandbox) -> Self:
        """The budget, for what is judged in this sandbox from here on."""
        self._sandbox = sandbox
        return self

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._cost_began = self._cost_so_far() or 0.0
        return self

    def __exit__(self, *exc_info: object) -> None:
        took = time.monotonic() - self._began
        self._cost_left -= (self._cost_so_far() or 0.0) - self._cost_began
        self._free_left -= took
        self._last_left -= took
        self._sandbox = None

    def hear(self, told: int) -> None:
        """A run has told what takes so many bytes of memory."""
        self._told_left -= told

    @property
    def spent(self) -> Spent | None:
        """What nothing is left of, for good, once it is so; None as long as there is something left."""
        if self._spent is None and self._told_left < 0:
            self._spent = "told in all"
        elif self._spent is None and self._took_too_long():
            self._spent = "time in all"
        return self._spent

    def _took_too_long(self) -> bool:
        if self._sandbox is None:
            return False
        now = time.monotonic()
        took = now - self._began
        if took < self._free_left:
            return False
        if took > self._last_left:
            return True
        if now - self._looked_at < BETWEEN:
            return False
        self._looked_at = now
        cost = self._cost_so_far()
        return cost is not None and cost - self._cost_began > self._cost_left

    def _cost_so_far(self) -> float | None:
        """Processor seconds since some moment; None where that cannot be known."""
        assert self._sandbox is not None
        computed, idle = self._sandbox.computed, _idle(self._sandbox.processor)
        if computed is None or idle is None:
            return None
        # In a container that may have a part of a processor only, the rest stands idle, and that is
        # nobody's fault.
        return computed + time.process_time() + idle - _throttled()


_THROTTLED: Final = (
    ("/sys/fs/cgroup/cpu.stat", "throttled_usec", 1e-6),
    ("/sys/fs/cgroup/cpu/cpu.stat", "throttled_time", 1e-9),
)
"""Where the kernel says how long a container was kept from its processors, in both versions of control
groups: the file, the word in it, and the unit in seconds."""


def _throttled() -> float:
    """How long this container was kept from its processors so far, in seconds."""
    for path, word, unit in _THROTTLED:
        with contextlib.suppress(OSError):
            for line in Path(path).read_text(encoding="ascii").splitlines():
                name, _, number = line.partition(" ")
                if name == word:
                    return int(number) * unit
    return 0.0


def _idle(processor: int | None) -> float | None:
    """How long a processor has been idle since the machine was started, in seconds. Without a number,
    the one that was so longest."""
    if sys.platform != "linux":
        return None
    found = []
    for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(" ")
        if name.startswith("cpu") and name != "cpu" and processor in (None, int(name[3:])):
            found.append(int(rest.split()[3]))
    return max(found) / os.sysconf("SC_CLK_TCK") if found else None
