"""Reports what every task does as it happens, for people to look at, if the judge asks for it.

There are two sources. Whenever nothing can run, this looks up where each task is and what it waits for.
And while the learner's code runs, Python's trace function sees the exceptions that reach it: an
error, a cancellation, and an `except` that swallows a cancellation.
"""

import ast
import asyncio
import builtins
import dis
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

import anyio

from checker_sandbox import scopes, unshared
from checker_sandbox.errors import describe_message
from checker_sandbox.kernel import Kernel
from checker_sandbox.lines import EXERCISE
from checker_sandbox.picturing import Picture
from checker_sandbox.waiting import describe_tasks, describe_threads
from checker_sandbox.wire.messages import Ended, PassedBy, Struck, Swallowed, Wait, Waiting
from checker_sandbox.wire.plain import shortened

MAX_TOLD: Final = 5_000
"""How much is reported about a run. Nobody looks beyond that, and its limits are meant for other things."""

_RETURNS: Final = {
    dis.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in dis.opmap
}

# Python's own, which say that an iteration has come to its end.
_INTERNAL: Final = (StopIteration, StopAsyncIteration, GeneratorExit)


class Watcher:
    """Watches one run."""

    def __init__(self, kernel: Kernel, source: str, *, picture: bool) -> None:
        self._kernel = kernel
        self._picture = Picture(kernel) if picture else None
        tree = _parsed(source)
        self._handlers = _handlers(tree)
        self._of_asyncio = _handlers_of_asyncio(tree)
        self._cancelled = anyio.get_cancelled_exc_class()
        self._told = 0
        self._is_looking = False
        self._resumed: Counter[int] = Counter()
        self._waits: dict[int, tuple[object, ...]] = {}
        self._threads: dict[int, Wait] = {}
        self._struck: dict[int, tuple[BaseException, int]] = {}
        """The exceptions of this instant, by address, and their lines: each is reported once, where
        it first appears."""
        self._left: dict[int, tuple[BaseException, int] | None] = {}
        """With what each task last left a frame of the learner's, and where that came from."""
        self._pending: dict[FrameType, tuple[BaseException, int]] = {}
        """The frames that an exception has reached, and on which line."""
        self._caught: dict[FrameType, tuple[_Handler, BaseException]] = {}
        """The frames in which an `except` has a cancellation in its hands, and which one."""

    def start(self) -> None:
        sys.settrace(self._enter)
        threading.settrace(self._enter)
        scopes.follow(self._kernel, self._tell)
        unshared.follow(self._kernel, self._tell, lambda: self._is_looking)
        if self._picture is not None:
            self._kernel.woken = self._picture.woken

    def look(self) -> None:
        """Tell what has changed since the last look. Called when nothing can run."""
        if self._told > MAX_TOLD:
            sys.settrace(None)
            threading.settrace(None)
            return
        self._is_looking = True
        alive = set()
        for wait in describe_tasks(self._kernel):
            alive.add(wait.task)
            if wait.task == self._kernel.tasks.current():
                continue  # The run is over, and this is its own task.
            if wait.holds_loop:
                continue  # That is reported separately.
            seen = (self._resumed[wait.task], wait.line)
            if self._waits.get(wait.task) != seen:
                self._waits[wait.task] = seen
                self._tell(Waiting(wait.task, 0, wait.line, wait.what))
        for task in self._waits.keys() - alive:
            del self._waits[task]
            self._tell(self._end_of(task))
        self._look_at_threads()
        self._struck.clear()
        self._is_looking = False
        if self._picture is not None:
            self._picture.look()

    def _end_of(self, task: int) -> Ended:
        if task not in self._left:
            return Ended(task, 0)
        left = self._left.pop(task)
        if left is None:
            return Ended(task, 0, "returned")
        error, line = left
        if isinstance(error, self._cancelled):
            return Ended(task, 0, "cancelled", "", line)
        return Ended(task, 0, "raised", shortened(type(error).__name__), line)

    def _look_at_threads(self) -> None:
        waits = {}
        for thread, wait in zip(
            self._kernel.threads.alive(), describe_threads(self._kernel), strict=False
        ):
            waits[thread.number] = wait
            if self._threads.get(thread.number) != wait:
                self._tell(Waiting(wait.task, thread.number, wait.line, wait.what))
        for number in self._threads.keys() - waits.keys():
            self._tell(Ended(self._threads[number].task, number))
        self._threads = waits

    def _tell(self, event: Any) -> None:
        self._told += 1
        if self._told <= MAX_TOLD:
            self._kernel.tell(event)

    def _task(self) -> int:
        """The running task, or the one that the running worker thread works for."""
        thread = self._kernel.threads.current()
        return thread.task if thread and thread.number else self._kernel.tasks.current()

    # --- Python's trace function ---

    def _enter(self, frame: FrameType, event: str, arg: object) -> Callable[..., Any] | None:
        if frame.f_code.co_filename != EXERCISE:
            return None
        # A coroutine is entered whenever it goes on, so what it waits for then is another wait.
        self._resumed[self._task()] += 1
        return self._trace

    def _trace(self, frame: FrameType, event: str, arg: Any) -> Callable[..., Any]:
        if event == "exception" and isinstance(arg[1], BaseException):
            self._raised(frame, arg[1])
        elif event == "line" and frame in self._pending:
            self._went_on(frame)
        elif event == "line" and frame in self._caught:
            handler, error = self._caught[frame]
            if frame.f_lineno not in handler.lines:
                # Where a bare `raise` raises it again there is no event, and what comes next deals with it still.
                if _deals_with_an_exception(frame) or sys.exc_info()[1] is error:
                    del self._caught[frame]
                    self._pending[frame] = error, 0
                    self._went_on(frame)
                else:
                    self._swallowed(frame)
        elif event == "return":
            self._leave(self._pending.pop(frame, None))
            if frame in self._caught and frame.f_code.co_code[frame.f_lasti] in _RETURNS:
                self._swallowed(frame)
        return self._trace

    def _leave(self, pending: tuple[BaseException, int] | None) -> None:
        """A frame is left: for good or until what it awaits is there, or with an exception."""
        if pending is not None:
            pending = self._struck.get(id(pending[0]), pending)
        self._left[self._task()] = pending

    def _raised(self, frame: FrameType, error: BaseException) -> None:
        if isinstance(error, _INTERNAL):
            return
        self._caught.pop(frame, None)
        self._pending[frame] = error, frame.f_lineno
        if id(error) not in self._struck:
            self._struck[id(error)] = error, frame.f_lineno
            cancelled = isinstance(error, self._cancelled)
            kind = "" if cancelled else shortened(type(error).__name__)
            message = "" if cancelled else shortened(describe_message(error))
            self._tell(Struck(self._task(), frame.f_lineno, kind, message))

    def _went_on(self, frame: FrameType) -> None:
        """An exception reached `frame`, which runs on: into an `except`, a `finally`, out of a `with`."""
        error, line = self._pending[frame]
        if frame.f_lineno == line:
            return  # From Python 3.13 on, the line is left once more before its handler is entered.
        if isinstance(error, self._cancelled):
            self._asked(frame)
        within = [handler for handler in self._handlers if frame.f_lineno in handler.lines]
        if within and frame.f_lineno < within[-1].body:
            return  # It is asked whether it takes this exception.
        del self._pending[frame]
        if within and isinstance(error, self._cancelled):
            self._caught[frame] = within[-1], error

    def _asked(self, frame: FrameType) -> None:
        """A cancellation may have come to an `except` that takes asyncio's alone."""
        handler = self._of_asyncio.get(frame.f_lineno)
        if handler is None or issubclass(self._cancelled, asyncio.CancelledError):
            return
        if all(_is_cancelled_error_of_asyncio(type_, frame.f_globals) for type_ in handler):
            self._tell(PassedBy(self._task(), frame.f_lineno))

    def _swallowed(self, frame: FrameType) -> None:
        self._tell(Swallowed(self._task(), self._caught.pop(frame)[0].lines.start))


def _deals_with_an_exception(frame: FrameType) -> bool:
    """Whether it is about to begin to do so, in an `except`, a `finally`, or on its way out of a `with`."""
    return frame.f_code.co_code[frame.f_lasti] == dis.opmap["PUSH_EXC_INFO"]


@dataclass(frozen=True)
class _Handler:
    """An `except` that may take a cancellation."""

    lines: range
    body: int
    """The line on which what it does begins."""


def _parsed(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _handlers(tree: ast.AST) -> list[_Handler]:
    """The handlers of a program, the outermost first."""
    return [
        _Handler(range(node.lineno, (node.end_lineno or node.lineno) + 1), node.body[0].lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and not _lets_cancellations_pass(node.type)
        # One that does its work on its own line is seen to be asked, and not whether it takes it.
        and (node.body[0].lineno > node.lineno or _takes_everything(node.type))
    ]


def _takes_everything(type_: ast.expr | None) -> bool:
    return type_ is None or (isinstance(type_, ast.Name) and type_.id == "BaseException")


def _lets_cancellations_pass(type_: ast.expr | None) -> bool:
    """Whether what an `except` names is an ordinary exception of Python's."""
    if isinstance(type_, ast.Tuple):
        return all(map(_lets_cancellations_pass, type_.elts))
    kind = getattr(builtins, type_.id, None) if isinstance(type_, ast.Name) else None
    return isinstance(kind, type) and issubclass(kind, Exception)


def _handlers_of_asyncio(tree: ast.AST) -> dict[int, list[ast.expr]]:
    """What handlers name besides ordinary exceptions, by their lines; without those that do nothing but
    raise again."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler) or _only_raises(node.body):
            continue
        types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        others = [type_ for type_ in types if type_ and not _lets_cancellations_pass(type_)]
        if others:
            found[node.lineno] = others
    return found


def _only_raises(body: list[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.Raise) and body[0].exc is None


def _is_cancelled_error_of_asyncio(type_: ast.expr, names: dict[str, Any]) -> bool:
    if isinstance(type_, ast.Name):
        return names.get(type_.id) is asyncio.CancelledError
    return (
        isinstance(type_, ast.Attribute)
        and isinstance(type_.value, ast.Name)
        and names.get(type_.value.id) is asyncio
        and type_.attr == asyncio.CancelledError.__name__
    )
