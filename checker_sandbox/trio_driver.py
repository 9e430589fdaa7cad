"""Real trio, on the judge's clock: a `Clock` that asks the kernel instead of waiting.

trio shuffles each batch of runnable tasks with its own random generator, seeded by the operating
system, so that nobody comes to rely on an order. A verdict must repeat, so here that generator is
seeded from the run's seed, and before it is shuffled, a batch is sorted by when its tasks were started
(trio has a switch for this, which importing Hypothesis also turns on). With the seed 0, a batch runs in
that order, which is the plainest. Both names are private: there is no public interface for this.
"""

from collections.abc import Awaitable, Callable, MutableSequence
from random import Random
from typing import Any, Final

import anyio
import trio
import trio._core._run as trio_run
import trio.abc
import trio.lowlevel

from checker_sandbox.kernel import Kernel
from checker_sandbox.lines import EXERCISE, calling_line
from checker_sandbox.steps import Steps

AHEAD: Final = 65_536.0
"""By how many seconds trio's clock is ahead of `time.monotonic()`. Outside, too, the two have nothing to
do with each other. A power of two, so that little is lost when it is added."""


def run(kernel: Kernel, main: Callable[[], Awaitable[None]], seed: int) -> None:
    """Run `main()` under `anyio.run`, with the order of ready tasks drawn from `seed`."""
    trio_run._ALLOW_DETERMINISTIC_SCHEDULING = True  # type: ignore[misc]
    trio_run._r = Random(seed) if seed else _InOrder()

    async def wait_all_tasks_blocked(runner: trio_run.Runner, cushion: float = 0.0) -> None:
        # trio goes by how long its I/O has been quiet, and here it always is.
        await kernel.wait_all_tasks_blocked()

    token: Any = trio.lowlevel.TrioToken
    run_sync_soon = token.run_sync_soon

    def hand_in(self: Any, *given: Any, **named: Any) -> None:
        try:
            run_sync_soon(self, *given, **named)
        finally:
            kernel.threads.handed_in()

    token.run_sync_soon = hand_in
    trio_run.Runner.wait_all_tasks_blocked = wait_all_tasks_blocked  # type: ignore[assignment,method-assign]
    clock = _VirtualClock(kernel)
    instruments: list[trio.abc.Instrument] = [_Watcher(kernel, clock)]
    if kernel.steps is not None:
        instruments.append(_StepCounter(kernel.steps))
    if kernel.pictured:
        instruments.append(_WakeWatcher(kernel))
    anyio.run(main, backend="trio", backend_options={"clock": clock, "instruments": instruments})


class _InOrder(Random):
    """Lets the tasks of a batch run in the order that it has: trio takes them from its end."""

    def shuffle(self, x: MutableSequence[Any]) -> None:
        x.reverse()


def current_task() -> object | None:
    try:
        return trio.lowlevel.current_task()
    except RuntimeError:  # No event loop: the submission is being imported.
        return None


class _VirtualClock(trio.abc.Clock):
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._reached = 0.0
        self.asked = False
        self.io_polled = False

    def start_clock(self) -> None:
        self._kernel.timers = _timers

    def current_time(self) -> float:
        return max(self._kernel.now + AHEAD, self._reached)

    def deadline_to_sleep_time(self, deadline: float) -> float:
        # trio asks only when no task can run. To look for I/O it is told to wait 0 seconds, since
        # epoll makes a whole real millisecond of any time above 0.
        self.asked = True
        if not self.io_polled:
            self.io_polled = True
            return 0
        self.io_polled = False
        seconds = self._kernel.idle(deadline - AHEAD)
        if self._kernel.now >= deadline - AHEAD:
            self._reached = deadline  # The clock must not stop one rounding error short of it.
        return seconds


class _Watcher(trio.abc.Instrument):
    """Counts rounds, and numbers the tasks from the first one that is not trio's own."""

    def __init__(self, kernel: Kernel, clock: _VirtualClock) -> None:
        self._kernel = kernel
        self._clock = clock
        self._main_seen = False

    def task_spawned(self, task: trio.lowlevel.Task) -> None:
        nursery = task.parent_nursery
        if nursery is None:
            return  # trio's root
        if nursery.parent_task.parent_nursery is None:
            # Of the root's children the first is the submission's. Of the others most are trio's own.
            if self._main_seen and not _is_learners(task):
                return
            self._main_seen = True
        self._kernel.tasks.started(task)

    def before_io_wait(self, timeout: float) -> None:
        self._kernel.round()
        clock = self._clock
        if not clock.asked:
            # Tasks are about to run, and what they do may show as I/O: look again after them.
            clock.io_polled = False
        clock.asked = False


def _timers() -> list[float]:
    """When each cancel scope that has a deadline ends. There is no public way to ask trio."""
    scopes = trio_run.GLOBAL_RUN_CONTEXT.runner.deadlines._heap
    return [at - AHEAD for at, _, scope in scopes if at == scope._registered_deadline]


def _is_learners(task: trio.lowlevel.Task) -> bool:
    """Whether the submission started a task, as a system task of trio, or wrote what it runs."""
    code = getattr(task.coro, "cr_code", None)
    return calling_line() is not None or (code is not None and code.co_filename == EXERCISE)


class _StepCounter(trio.abc.Instrument):
    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self._steps.before(task)


class _WakeWatcher(trio.abc.Instrument):
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def task_scheduled(self, task: trio.lowlevel.Task) -> None:
        self._kernel.woken(task)
