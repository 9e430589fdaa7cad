"""What the learner's own cancel scopes did, which time limits were up and where `cancel()` was called: a
backend tells a task that it is cancelled, and not by what."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import anyio

from checker_sandbox.kernel import EPOCH, Kernel
from checker_sandbox.lines import EXERCISE, calling_line
from checker_sandbox.wire.messages import CancelCalled, TimedOut, instant


def follow(kernel: Kernel, tell: Callable[[TimedOut | CancelCalled], None]) -> None:
    """From here on tell of each time limit in the learner's file that was up when its block was left, and
    of each call of `cancel()` in that file, of a scope, of a task group's or of a task handle. This changes classes of the backend, in a process that has no other run."""
    entered: dict[int, float] = {}
    limited: dict[int, tuple[int, float]] = {}
    """Where and when the deadline of a scope was set last."""

    def limit(scope: Any) -> None:
        if (line := calling_line()) is not None:
            limited[id(scope)] = line, kernel.now

    def enter(scope: Any) -> None:
        if calling_line() is not None:
            entered[id(scope)] = kernel.now

    def leave(scope: Any, deadline: float | None, cancelled: bool) -> None:
        since, (line, set_at) = entered.pop(id(scope), None), limited.pop(id(scope), (None, 0.0))
        if since is None or line is None or deadline is None or not cancelled:
            return
        left = deadline - anyio.current_time()  # Each backend has a clock of its own.
        until = instant(kernel.now + left - EPOCH)
        if left <= 0 and until is not None:
            task, at, of = kernel.tasks.current(), instant(since - EPOCH), instant(set_at - EPOCH)
            tell(TimedOut(task, line, at or 0, of or 0, until))

    scopes: Any = type(anyio.CancelScope())
    make_scope, enter_scope, leave_scope = scopes.__init__, scopes.__enter__, scopes.__exit__
    deadline_of_scope = scopes.deadline

    def make_and_note(self: Any, *given: Any, **named: Any) -> None:
        limit(self)
        make_scope(self, *given, **named)

    def limit_and_note(self: Any, deadline: float) -> None:
        limit(self)
        deadline_of_scope.fset(self, deadline)

    def enter_and_note(self: Any) -> Any:
        enter(self)
        return enter_scope(self)

    def leave_and_tell(self: Any, *error: Any) -> Any:
        leave(self, self.deadline, self.cancel_called)
        return leave_scope(self, *error)

    scopes.__init__, scopes.__enter__, scopes.__exit__ = (
        make_and_note,
        enter_and_note,
        leave_and_tell,
    )
    scopes.deadline = property(deadline_of_scope.fget, limit_and_note)

    cancel_scope = scopes.cancel

    def cancel_and_tell(self: Any, *reason: Any, **named: Any) -> None:
        # A task group that an error leaves cancels its scope as well: then AnyIO calls, and not the learner.
        caller = sys._getframe(1)
        if caller.f_code is _CANCEL_OF_A_HANDLE and caller.f_back is not None:
            caller = caller.f_back
        if caller.f_code.co_filename == EXERCISE and not self.cancel_called:
            tell(CancelCalled(kernel.tasks.current(), caller.f_lineno))
        cancel_scope(self, *reason, **named)

    scopes.cancel = cancel_and_tell

    limits: Any = asyncio.Timeout
    make_limit, enter_limit, leave_limit = limits.__init__, limits.__aenter__, limits.__aexit__
    move_limit = limits.reschedule

    def make_limit_and_note(self: Any, when: float | None) -> None:
        limit(self)
        make_limit(self, when)

    def move_and_note(self: Any, when: float | None) -> None:
        if sys._getframe(1).f_code.co_filename == EXERCISE:  # To enter it sets it once more.
            limit(self)
        move_limit(self, when)

    async def enter_limit_and_note(self: Any) -> Any:
        enter(self)
        return await enter_limit(self)

    async def leave_limit_and_tell(self: Any, *error: Any) -> Any:
        leave(self, self.when(), self.expired())
        return await leave_limit(self, *error)

    limits.__init__, limits.reschedule = make_limit_and_note, move_and_note
    limits.__aenter__, limits.__aexit__ = enter_limit_and_note, leave_limit_and_tell


_CANCEL_OF_A_HANDLE = anyio.TaskHandle.cancel.__code__
