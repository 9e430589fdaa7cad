"""Threads and locks that take turns, in place of Python's own.

Python's own locks know nothing about turns: a thread that waits for a lock whose holder waits for its
turn would wait for ever. So `install` replaces `threading.Lock` with a lock that gives the turn away
while it waits; everything built on it (conditions, events, semaphores, queues, futures, executors)
follows. `time.sleep`, starting and joining a thread, `to_thread.run_sync` and `from_thread.run` are
replaced too. Threads that the backends use internally are left alone.
"""

import _thread
import contextlib
import functools
import math
import queue
import sys
import threading
import time
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Final, Protocol

import anyio
import anyio.from_thread
import anyio.to_thread
import trio

from checker_sandbox.threads import Thread, Threads, real_is_alive, real_start
from checker_sandbox.wire.messages import Awaited

LOCK: Final = Awaited("thread's lock")
"""What a thread waits for that waits for a lock, or for anything built on one."""

_BACKENDS = ("anyio", "trio")

_real_sleep = time.sleep
_real_join = threading.Thread.join

_active: Threads | None = None


class Lock:
    """`threading.Lock` for threads that take turns: gives the turn away while it waits."""

    __slots__ = ("__weakref__", "_held_in_turn", "_real", "_waiters")

    def __init__(self) -> None:
        self._real = _thread.allocate_lock()
        self._held_in_turn = False
        self._waiters: deque[Thread] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        thread = _active.current() if _active is not None else None
        if thread is None or thread.out_of_turn:
            acquired = self._real.acquire(blocking, timeout)
            if acquired:
                self._held_in_turn = False
            return acquired
        assert _active is not None
        if not self._real.acquire(False):
            if not blocking:
                return False
            if self._held_in_turn:
                return self._acquire_in_turn(_active, thread, timeout)
            # Held, for a moment, by one of a backend's own threads, which take no turns.
            self._real.acquire()
        self._held_in_turn = True
        return True

    def _acquire_in_turn(self, threads: Threads, thread: Thread, timeout: float) -> bool:
        deadline = math.inf if timeout < 0 else threads.now + timeout
        while True:
            self._waiters.append(thread)
            threads.park(thread, LOCK, deadline)
            if self._real.acquire(False):
                self._held_in_turn = True
                return True
            if threads.now >= deadline:
                with contextlib.suppress(ValueError):
                    self._waiters.remove(thread)
                return False

    def release(self) -> None:
        self._real.release()
        if self._waiters and _active is not None:
            _active.wake(self._waiters.popleft())

    def locked(self) -> bool:
        return self._real.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self.__init__()  # type: ignore[misc]

    def __repr__(self) -> str:
        return f"<{'locked' if self.locked() else 'unlocked'} threading.Lock>"


def sleep(seconds: float) -> None:
    """`time.sleep`, in virtual seconds."""
    thread = _active.current() if _active is not None else None
    if thread is None:
        _real_sleep(seconds)
        return
    assert _active is not None
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if seconds > 0:
        _active.park(thread, Awaited("thread's sleep"), _active.now + seconds)


def _start(thread: threading.Thread) -> None:
    starter = sys._getframe(1).f_globals.get("__name__", "").partition(".")[0]
    if _active is None or _active.current() is None:
        real_start(thread)
    elif starter in _BACKENDS:
        # A backend's own threads wait for work in ways that know nothing of turns.
        _active.start_outside(thread)
    else:
        _active.start(thread)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    if _active is None or _active.join(thread, timeout):
        _real_join(thread, timeout)


def _is_alive(thread: threading.Thread) -> bool:
    return real_is_alive(thread) if _active is None else _active.is_alive(thread)


class _Limiter(Protocol):
    async def __aenter__(self) -> Any: ...
    async def __aexit__(self, *exc_info: Any) -> Any: ...
    async def acquire_on_behalf_of(self, borrower: object) -> None: ...
    def release_on_behalf_of(self, borrower: object) -> None: ...


class Ticket:
    """One call of `to_thread.run_sync`: the limiter that it is given (or AnyIO's own, which all others
    share), and the function that it runs.

    A backend takes a token from the limiter and then starts the thread at once, so that is the
    moment at which the thread counts as started. A call that waits for a token is not a thread.
    """

    def __init__(
        self, threads: Threads, limiter: _Limiter, name: str, shared: anyio.CapacityLimiter | None
    ) -> None:
        self._threads = threads
        self.shared = shared
        """The limiter, if it is AnyIO's own."""
        self._limiter: _Limiter | None = limiter
        self._name = name
        self.thread: Thread | None = None
        self._given_back = False

    async def __aenter__(self) -> None:
        assert self._limiter is not None
        await self._limiter.__aenter__()
        self._start()

    async def __aexit__(self, *exc_info: object) -> None:
        await self._result_arrived().__aexit__(*exc_info)

    async def acquire_on_behalf_of(self, borrower: object) -> None:
        assert self._limiter is not None
        await self._limiter.acquire_on_behalf_of(borrower)
        self._start()

    def release_on_behalf_of(self, borrower: object) -> None:
        self._result_arrived().release_on_behalf_of(borrower)

    def _start(self) -> None:
        self.thread = self._threads.new(self._name)
        self._threads.tokens[self.thread.number] = self._limiter

    @property
    def limiter(self) -> anyio.CapacityLimiter | None:
        """The learner's own limiter, if it is given one of AnyIO's."""
        own = self._limiter if self.shared is None else None
        return own if isinstance(own, anyio.CapacityLimiter) else None

    def _result_arrived(self) -> _Limiter:
        """Returns the limiter, which is needed only once more: an idle thread still holds the ticket."""
        assert self.thread is not None
        assert self._limiter is not None
        limiter, self._limiter = self._limiter, None
        self._given_back = True
        self._threads.tokens.pop(self.thread.number, None)
        self._threads.arrived_in_loop(self.thread)
        if self.thread.ident is None:
            self._threads.forget(self.thread)
        return limiter

    def run(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        assert self.thread is not None
        self._threads.enter(self.thread)
        try:
            return function(*arguments)
        finally:
            self._threads.leave_with_result(self.thread, is_awaited=not self._given_back)

    @types.coroutine
    def watch(self, coroutine: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Await `coroutine`, and let the thread that it starts begin at once: a cancellation before
        the thread is there would be seen by it or not, as chance has it."""
        resume: Callable[[Any], Any] = coroutine.send
        argument: Any = None
        begun = False
        while True:
            try:
                step = resume(argument)
            except StopIteration as stop:
                return stop.value
            if self.thread is not None and not begun:
                begun = True
                self._threads.begin(self.thread)
            try:
                argument, resume = (yield step), coroutine.send
            except BaseException as error:
                argument, resume = error, coroutine.throw


def _run_sync_in_turn(
    real: Callable[..., Any], default_limiter: Callable[[], Any]
) -> Callable[..., Any]:
    """`to_thread.run_sync`, with a thread that takes turns."""

    @functools.wraps(real)  # Python's warnings about a coroutine have its name in them.
    async def run_sync(
        sync_fn: Callable[..., Any], *args: Any, limiter: Any = None, **options: Any
    ) -> Any:
        is_no_limiter = limiter is not None and not hasattr(limiter, "__aenter__")
        if _active is None or is_no_limiter:  # A number in its place is for the backend to refuse.
            return await real(sync_fn, *args, limiter=limiter, **options)
        name = getattr(sync_fn, "__name__", type(sync_fn).__name__)
        shared = None if limiter else default_limiter()
        ticket = Ticket(_active, limiter if shared is None else shared, name, shared)
        return await ticket.watch(real(ticket.run, sync_fn, args, limiter=ticket, **options))

    return run_sync


def _from_thread_in_turn(real: Callable[..., Any], *, is_async: bool) -> Callable[..., Any]:
    """`from_thread.run` or `run_sync`, which waits for the loop in real time, out of turn."""

    @functools.wraps(real)
    def run(fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        threads = _active
        thread = threads.current() if threads is not None else None
        if threads is None or thread is None or thread is threads.loop or thread.out_of_turn:
            return real(fn, *args, **options)  # (AnyIO's own on trio comes here from below.)

        async def serve(*args: Any) -> Any:
            threads.arrived_in_loop(thread)
            try:
                return await fn(*args)
            finally:
                threads.leaves_loop(thread)

        def serve_sync(*args: Any) -> Any:
            threads.arrived_in_loop(thread)
            try:
                return fn(*args)
            finally:
                threads.leaves_loop(thread)

        thread.waits_for = Awaited("event loop")
        threads.go_to_loop(thread)
        try:
            return real(serve if is_async else serve_sync, *args, **options)
        finally:
            threads.return_from_loop(thread)

    return run


def install() -> None:
    """Put all of this in the place of the real thing; real until a run is `activate`d.

    Must come after anyio, trio and AnyIO's backends are imported, so that they keep the real ones.
    """
    replaced: list[tuple[Any, str, Any]] = [
        (time, "sleep", sleep),
        (threading.Thread, "start", _start),
        (threading.Thread, "join", _join),
        (threading.Thread, "is_alive", _is_alive),
        # The standard library builds its conditions, and so all else, from these three.
        (threading, "Lock", Lock),
        (threading, "_allocate_lock", Lock),
        (threading, "RLock", vars(threading)["_PyRLock"]),
        (queue, "SimpleQueue", vars(queue)["_PySimpleQueue"]),
    ]
    for library in (anyio, trio):
        to, back = library.to_thread, library.from_thread
        limiter = to.current_default_thread_limiter
        replaced += [
            (to, "run_sync", _run_sync_in_turn(to.run_sync, limiter)),
            (back, "run", _from_thread_in_turn(back.run, is_async=True)),
            (back, "run_sync", _from_thread_in_turn(back.run_sync, is_async=False)),
        ]
    for owner, name, value in replaced:
        setattr(owner, name, value)


def activate(threads: Threads) -> None:
    """From here on this process is the run that `threads` belongs to."""
    global _active
    _active = threads


def deactivate() -> None:
    """This process is no run any more."""
    global _active
    _active = None
