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
    entered: dict[int, tuple[int, float]] = {}

    def enter(scope: Any) -> None:
        if (line := calling_line()) is not None:
            entered[id(scope)] = line, kernel.now

    def leave(scope: Any, deadline: float | None, cancelled: bool) -> None:
        line, since = entered.pop(id(scope), (None, 0.0))
        if line is None or deadline is None or not cancelled:
            return
        left = deadline - anyio.current_time()  # Each backend has a clock of its own.
        until = instant(kernel.now + left - EPOCH)
        if left <= 0 and until is not None:
            tell(TimedOut(kernel.tasks.current(), line, instant(since - EPOCH) or 0, until))

    scopes: Any = type(anyio.CancelScope())
    enter_scope, leave_scope = scopes.__enter__, scopes.__exit__

    def enter_and_note(self: Any) -> Any:
        enter(self)
        return enter_scope(self)

    def leave_and_tell(self: Any, *error: Any) -> Any:
        leave(self, self.deadline, self.cancel_called)
        return leave_scope(self, *error)

    scopes.__enter__, scopes.__exit__ = enter_and_note, leave_and_tell

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
    enter_limit, leave_limit = limits.__aenter__, limits.__aexit__

    async def enter_limit_and_note(self: Any) -> Any:
        enter(self)
        return await enter_limit(self)

    async def leave_limit_and_tell(self: Any, *error: Any) -> Any:
        leave(self, self.when(), self.expired())
        return await leave_limit(self, *error)

    limits.__aenter__, limits.__aexit__ = enter_limit_and_note, leave_limit_and_tell


_CANCEL_OF_A_HANDLE = anyio.TaskHandle.cancel.__code__
