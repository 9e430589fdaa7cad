"""Real asyncio, on the judge's clock: an event loop that asks the kernel instead of waiting."""

import asyncio
import heapq
import math
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import anyio

from checker_sandbox.kernel import Kernel
from checker_sandbox.steps import Steps
from checker_sandbox.tasks import readable_name

LONGEST_WAIT: Final = 24 * 3600
"""However far away its next timer is, asyncio waits for no more than a day at a time."""


def run(kernel: Kernel, main: Callable[[], Awaitable[None]]) -> None:
    """Run `main()` under `anyio.run`."""

    def make_loop() -> asyncio.AbstractEventLoop:
        if kernel.steps is None and not kernel.pictured:
            return _VirtualLoop(kernel)
        return _FollowingLoop(kernel)

    anyio.run(main, backend="asyncio", backend_options={"loop_factory": make_loop})


def current_task() -> object | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # No event loop: the submission is being imported.
        return None


class _OrderedTask(asyncio.Task[Any]):
    """A task whose place in a set is its number, not its address.

    AnyIO keeps the tasks that a cancel scope must cancel in a set, so that the order in which they
    are cancelled would otherwise differ from run to run.
    """

    def __init__(self, coro: Coroutine[Any, Any, Any], *, number: int, **kwargs: Any) -> None:
        # asyncio puts the task into a set before its own __init__ ends.
        self.number = number
        super().__init__(coro, **kwargs)

    def __hash__(self) -> int:
        return self.number


_OrderedTask.__name__ = "Task"  # asyncio shows it, and a learner knows it by no other name.


def _scope_hash(scope: Any) -> int:
    # For the same reason: nested scopes are kept in sets too. A scope is in one only while it has
    # a host task. There is no public name for what a scope belongs to.
    return hash(scope._host_task)


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._made = 0
        self._far: list[float] = []
        super().__init__(_IdleSelector(self, kernel))
        kernel.timers = self.timers
        self.set_task_factory(self._make_task)  # type: ignore[arg-type]

    def run_until_complete(self, future: Any) -> Any:
        try:
            return super().run_until_complete(future)
        except (SystemExit, KeyboardInterrupt):
            # Raised in a task, these end the loop; all tasks are cancelled, and then they are raised
            # again. Whatever the submission makes of that, nothing can follow in this process.
            self._kernel.doomed = True
            raise

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        # How much of a destroyed task is still there to be shown depends on the order in which a circle of
        # garbage is taken apart, which is not the same in every process. Its name is.
        if (task := context.get("task")) is not None:
            left = {key: value for key, value in context.items() if key != "task"}
            context = left | {"message": f"{left.get('message')} {readable_name(task)}()"}
        super().default_exception_handler(context)

    def time(self) -> float:
        return self._kernel.now

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        if math.isinf(when) and when > 0:
            # asyncio would wake up once a day to see whether the end of time has come.
            return asyncio.TimerHandle(when, callback, args, self, context)
        if when - self.time() >= LONGEST_WAIT:
            heapq.heappush(self._far, when)
        return super().call_at(when, callback, *args, context=context)

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        try:
            return super().call_soon_threadsafe(callback, *args, context=context)
        finally:
            self._kernel.threads.handed_in()

    def deadline_after(self, timeout: float) -> float:
        """When the next timer is due. What asyncio says is at most `LONGEST_WAIT` from now; that a
        timer that is further away may have been cancelled since does no harm."""
        while self._far and self._far[0] <= self.time():
            heapq.heappop(self._far)
        if timeout >= LONGEST_WAIT and self._far:
            return self._far[0]
        return self.time() + timeout

    def timers(self) -> list[float]:
        """When each timer goes off."""
        # There is no public way to ask an event loop for its timers.
        return [timer.when() for timer in self._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **kwargs: Any
    ) -> asyncio.Task[Any]:
        self._made += 1
        if self._made == 1:
            # The first task is the one that anyio.run makes; only now is there a loop to ask.
            kind: Any = type(anyio.CancelScope())
            if kind.__hash__ is not _scope_hash:  # A change of a class costs whoever uses it.
                kind.__hash__ = _scope_hash
        # asyncio counts all tasks of the process, and a run should not see that there was another.
        kwargs["name"] = kwargs.get("name") or f"Task-{self._made}"
        task = _OrderedTask(coro, number=self._made, loop=loop, **kwargs)
        if not self._kernel.over:
            self._kernel.tasks.started(task)
        return task


class _FollowingLoop(_VirtualLoop):
    """Counts the steps of its tasks, or tells who wakes whom. Tasks schedule each step with `call_soon`, and when
    they have ended, whatever is to be done then: it is given the task."""

    _ended: asyncio.Task[Any] | None = None
    """The task of which that is being done."""

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        # What makes a task's step, and what wakes it for one, are bound to the task; much else, such
        # as the cancellation that AnyIO delivers, is not.
        task = getattr(callback, "__self__", None)
        ended = self._ended
        if args and isinstance(args[0], asyncio.Task) and args[0].done():
            ended = args[0]
        if not isinstance(task, asyncio.Task):
            if ended is None or ended is self._ended:
                return super().call_soon(callback, *args, context=context)
            return super().call_soon(self._conclude, callback, *args, context=context)
        self._kernel.woken(task, ended)
        if self._kernel.steps is None:
            return super().call_soon(callback, *args, context=context)
        return super().call_soon(
            self._take_step, self._kernel.steps, task, callback, *args, context=context
        )

    def _conclude(
        self, callback: Callable[..., object], task: asyncio.Task[Any], *args: Any
    ) -> None:
        self._ended = task
        try:
            callback(task, *args)
        finally:
            self._ended = None

    def _take_step(
        self, steps: Steps, task: object, callback: Callable[..., object], *args: Any
    ) -> None:
        steps.before(task)
        callback(*args)


class _IdleSelector(selectors.DefaultSelector):
    """Looks for I/O without waiting, and where a loop would wait, lets the kernel decide."""

    def __init__(self, loop: _VirtualLoop, kernel: Kernel) -> None:
        super().__init__()
        self._loop = loop
        self._kernel = kernel

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._kernel.round()
        events = super().select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        deadline = math.inf if timeout is None else self._loop.deadline_after(timeout)
        while True:
            events = super().select(self._kernel.idle(deadline))
            # A thread that schedules something with `call_soon`, by setting an event, say, does not wake
            # up asyncio's loop: it finds that when it wakes up for another reason.
            if events or not self._kernel.sleeps_on:
                return events
