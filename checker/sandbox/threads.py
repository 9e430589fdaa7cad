"""Worker threads on the virtual clock: only one thread of a run moves at a time.

Real threads run when the operating system likes, so what they do differs from run to run, and no
clock but the real one can follow them. Here each thread has a turn. The one that has it runs until
it waits for something (a reply, a time, a lock, the event loop) or ends, then hands it to the next
that can run, in the order in which they became able to. When none can, the turn is the event
loop's, and when the loop has nothing to do either, the clock moves. So the clock stands still
while any thread runs, and the order of everything is the same in every run.

Python's own locks know nothing of turns. A thread that waits for a lock whose holder waits for its
turn would wait for ever, so `install` puts a lock in the place of `threading.Lock` that gives the
turn away while it waits; whatever is built on it (conditions, events, semaphores, queues, futures,
executors) follows. Threads that the backends use inside are left alone.

On its way between a thread and the loop (`from_thread.run`, or a result) a message travels in real
time. While one does, the loop waits for it and the clock does not move: see `on_the_way`.
"""

import _thread
import contextlib
import math
import queue
import sys
import threading
import time
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, Protocol

import anyio
import anyio.from_thread
import anyio.to_thread

from checker.sandbox.errors import printable
from checker.sandbox.tasks import MAX_NAME

if TYPE_CHECKING:
    from checker.sandbox.kernel import Kernel

_BACKENDS = ("anyio", "trio")

_real_sleep = time.sleep
_real_start = threading.Thread.start
_real_join = threading.Thread.join
_real_run_sync = anyio.to_thread.run_sync
_real_from_thread_run = anyio.from_thread.run
_real_from_thread_run_sync = anyio.from_thread.run_sync

_active: "Threads | None" = None


class Thread:
    """A thread that takes turns. Number 0 is the event loop's own."""

    __slots__ = (
        "answered",
        "back",
        "deadline",
        "entered",
        "finished",
        "ident",
        "joiners",
        "name",
        "number",
        "out_of_turn",
        "parked",
        "task",
        "turn",
        "waits_for",
    )

    def __init__(self, number: int, name: str, task: int) -> None:
        self.number = number
        self.name = printable(name, MAX_NAME)
        self.task = task
        """The task that it works for."""
        self.ident: int | None = None
        self.parked = False
        self.finished = False
        self.deadline = math.inf
        self.waits_for = ""
        self.out_of_turn = False
        """Whether it runs, for a moment, without it being its turn, and so must not give it away."""
        self.answered = False
        """Whether the loop has done what it asked of it."""
        self.joiners: list[Thread] = []
        self.turn = _thread.allocate_lock()
        self.turn.acquire()
        self.entered = _thread.allocate_lock()
        self.entered.acquire()
        self.back = _thread.allocate_lock()
        self.back.acquire()


class Threads:
    """The threads of one run, and whose turn it is."""

    def __init__(self, kernel: "Kernel") -> None:
        self._kernel = kernel
        self.loop = Thread(0, "the event loop", 0)
        self.loop.ident = _thread.get_ident()
        self.on_the_way: set[Thread] = set()
        """Threads that have handed something to the loop, which has not arrived there yet."""
        self._returning: list[Thread] = []
        self._by_ident = {self.loop.ident: self.loop}
        self._by_thread: dict[threading.Thread, Thread] = {}
        self._all: list[Thread] = []
        self._ready: deque[Thread] = deque()
        self._sleepers: list[Thread] = []
        self._wanting_loop: list[Thread] = []
        self._last = 0

    def current(self) -> Thread | None:
        """The running thread, if it is one that takes turns."""
        return self._by_ident.get(_thread.get_ident())

    def alive(self) -> list[Thread]:
        return [thread for thread in self._all if not thread.finished]

    def task_behind(self, number: int) -> int:
        return self._all[number - 1].task

    def new(self, name: str) -> Thread:
        """A thread about to start, behind those that can already run."""
        creator = self.current()
        task = creator.task if creator and creator.number else self._kernel.tasks.current()
        self._last += 1
        thread = Thread(self._last, name, task)
        self._all.append(thread)
        self._ready.append(thread)
        return thread

    def forget(self, thread: Thread) -> None:
        """`thread` could not be started after all."""
        thread.finished = True
        with contextlib.suppress(ValueError):
            self._ready.remove(thread)

    # --- a thread's own calls ---

    def enter(self, thread: Thread) -> None:
        """The new thread is there, and waits for its first turn."""
        thread.ident = _thread.get_ident()
        self._by_ident[thread.ident] = thread
        thread.entered.release()
        thread.turn.acquire()

    def leave(self, thread: Thread, *, result_is_on_the_way: bool) -> None:
        """The running thread ends."""
        thread.finished = True
        if result_is_on_the_way:
            self.on_the_way.add(thread)
        assert thread.ident is not None
        del self._by_ident[thread.ident]
        for joiner in thread.joiners:
            self.wake(joiner)
        self._choose().turn.release()

    def park(self, thread: Thread, what: str, deadline: float = math.inf) -> None:
        """Wait, in the running thread, until somebody wakes it or its deadline comes."""
        thread.parked = True
        thread.deadline = deadline
        thread.waits_for = what
        if deadline < math.inf:
            self._sleepers.append(thread)
        if thread is self.loop:
            self._kernel.loop_blocked(what)
        self._give_turn_away(thread)
        if thread is self.loop:
            self._kernel.loop_freed()
            for waiting in self._wanting_loop:
                self.wake(waiting)
            self._wanting_loop.clear()

    def go_to_loop(self, thread: Thread) -> None:
        """The running thread is about to wait, in real time, for something that the loop does."""
        while self.loop.parked:
            self._wanting_loop.append(thread)
            self.park(thread, "the event loop")
        self.on_the_way.add(thread)
        thread.out_of_turn = True
        self.loop.turn.release()

    def arrived_in_loop(self, thread: Thread) -> None:
        self.on_the_way.discard(thread)

    def leaves_loop(self, thread: Thread) -> None:
        """What `thread` asked of the loop is done, and it will go on when it has heard."""
        thread.answered = True
        self._returning.append(thread)
        self._ready.append(thread)

    def await_returning(self) -> None:
        """Called when the loop has nothing left to do, so that those who asked must have heard."""
        while self._returning:
            self._returning.pop(0).back.acquire()

    def return_from_loop(self, thread: Thread) -> None:
        """The thread has heard, and waits for its turn to go on."""
        if thread.answered:
            thread.answered = False
            thread.back.release()
        else:  # What it asked was refused before it reached the loop.
            self._ready.append(thread)
            self.on_the_way.discard(thread)
        thread.turn.acquire()
        thread.out_of_turn = False

    # --- anybody's calls ---

    def wake(self, thread: Thread) -> None:
        if thread.parked:
            thread.parked = False
            if thread.deadline < math.inf:
                self._sleepers.remove(thread)
                thread.deadline = math.inf
            self._ready.append(thread)

    def wake_sleepers(self, now: float) -> None:
        due = [thread for thread in self._sleepers if thread.deadline <= now]
        for thread in sorted(due, key=lambda thread: (thread.deadline, thread.number)):
            self.wake(thread)

    def deadline(self) -> float:
        """When the next sleeping thread wakes, on the loop's clock."""
        return min((thread.deadline for thread in self._sleepers), default=math.inf)

    # --- whose turn it is ---

    def can_run(self) -> bool:
        return bool(self._ready)

    def run_next(self) -> None:
        """Give the loop's turn to the next thread; returns when it is the loop's again."""
        self._ready.popleft().turn.release()
        self.loop.turn.acquire()

    def _give_turn_away(self, thread: Thread) -> None:
        following = self._choose()
        if following is not thread:
            following.turn.release()
            thread.turn.acquire()

    def _choose(self) -> Thread:
        while True:
            if self.on_the_way and not self.loop.parked:
                return self.loop
            if self._ready:
                return self._ready.popleft()
            if not self.loop.parked:
                return self.loop
            # The loop's thread is blocked, so no task's deadline can be met: only threads count.
            try:
                self._kernel.converse(math.inf)
            except Exception:
                self._kernel.broken()

    # --- joining ---

    def start(self, thread: threading.Thread) -> None:
        """Start a thread that the submission made, as one that takes turns."""
        mine = self.new(thread.name)
        self._by_thread[thread] = mine
        run = thread.run

        def run_in_turn() -> None:
            self.enter(mine)
            try:
                run()
            finally:
                self.leave(mine, result_is_on_the_way=False)

        thread.run = run_in_turn  # type: ignore[method-assign]
        try:
            self.start_outside(thread)
        except BaseException:
            self.forget(mine)
            raise

    def start_outside(self, thread: threading.Thread) -> None:
        """Start a thread and wait for its sign of life, which needs no turn."""
        starter = self.current()
        assert starter is not None
        starter.out_of_turn = True
        try:
            _real_start(thread)
        finally:
            starter.out_of_turn = False

    def join(self, thread: threading.Thread, timeout: float | None) -> bool:
        """Wait for the end of `thread`; False if that did not come in time."""
        mine, joiner = self._by_thread.get(thread), self.current()
        if mine is None or joiner is None or mine.finished:
            return True
        deadline = math.inf if timeout is None else self._kernel.now + timeout
        mine.joiners.append(joiner)
        self.park(joiner, f"Thread.join of {mine.name}", deadline)
        return mine.finished

    @property
    def now(self) -> float:
        return self._kernel.now


# --- what the submission finds in the place of the real thing -----------------------------------


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
            threads.park(thread, "Lock.acquire", deadline)
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
        _active.park(thread, "time.sleep", _active.now + seconds)


def _start(thread: threading.Thread) -> None:
    starter = sys._getframe(1).f_globals.get("__name__", "").partition(".")[0]
    if _active is None or _active.current() is None:
        _real_start(thread)
    elif starter in _BACKENDS:
        # A backend's own threads wait for work in ways that know nothing of turns.
        _active.start_outside(thread)
    else:
        _active.start(thread)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    if _active is None or _active.join(thread, timeout):
        _real_join(thread, timeout)


class _Limiter(Protocol):
    async def __aenter__(self) -> Any: ...
    async def __aexit__(self, *exc_info: Any) -> Any: ...
    async def acquire_on_behalf_of(self, borrower: object) -> None: ...
    def release_on_behalf_of(self, borrower: object) -> None: ...


class Ticket:
    """One call of `to_thread.run_sync`: the limiter that it is given, and the function that it runs.

    A backend takes a token from the limiter and then starts the thread at once, so that is the
    moment at which the thread counts as started. A call that waits for a token is not a thread.
    """

    def __init__(self, threads: Threads, limiter: _Limiter, name: str) -> None:
        self._threads = threads
        self._limiter = limiter
        self._name = name
        self.thread: Thread | None = None
        self._given_back = False

    async def __aenter__(self) -> None:
        await self._limiter.__aenter__()
        self.thread = self._threads.new(self._name)

    async def __aexit__(self, *exc_info: object) -> None:
        self._result_arrived()
        await self._limiter.__aexit__(*exc_info)

    async def acquire_on_behalf_of(self, borrower: object) -> None:
        await self._limiter.acquire_on_behalf_of(borrower)
        self.thread = self._threads.new(self._name)

    def release_on_behalf_of(self, borrower: object) -> None:
        self._result_arrived()
        self._limiter.release_on_behalf_of(borrower)

    def _result_arrived(self) -> None:
        assert self.thread is not None
        self._given_back = True
        self._threads.arrived_in_loop(self.thread)
        if self.thread.ident is None:
            self._threads.forget(self.thread)

    def run(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        assert self.thread is not None
        self._threads.enter(self.thread)
        try:
            return function(*arguments)
        finally:
            self._threads.leave(self.thread, result_is_on_the_way=not self._given_back)

    @types.coroutine
    def watch(self, coroutine: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Await `coroutine`; once it has started its thread, let nothing else happen before that
        thread is there: a cancellation in between would be seen by it or not, as chance has it.
        """
        resume: Callable[[Any], Any] = coroutine.send
        argument: Any = None
        there = False
        while True:
            try:
                step = resume(argument)
            except StopIteration as stop:
                return stop.value
            if self.thread is not None and not there:
                self.thread.entered.acquire()
                there = True
            try:
                argument, resume = (yield step), coroutine.send
            except BaseException as error:
                argument, resume = error, coroutine.throw


async def _run_sync(
    func: Callable[..., Any],
    *args: Any,
    abandon_on_cancel: bool = False,
    cancellable: bool | None = None,
    limiter: Any = None,
) -> Any:
    if _active is None:
        return await _real_run_sync(
            func, *args, abandon_on_cancel=abandon_on_cancel, limiter=limiter
        )
    if cancellable is not None:
        abandon_on_cancel = cancellable
    if limiter is None:
        limiter = anyio.to_thread.current_default_thread_limiter()
    ticket = Ticket(_active, limiter, getattr(func, "__name__", type(func).__name__))
    return await ticket.watch(
        _real_run_sync(
            ticket.run,
            func,
            args,
            abandon_on_cancel=abandon_on_cancel,
            limiter=ticket,  # type: ignore[arg-type]
        )
    )


def _from_thread_run(func: Callable[..., Any], *args: Any, token: Any = None) -> Any:
    threads = _active
    thread = threads.current() if threads is not None else None
    if threads is None or thread is None or thread is threads.loop:
        return _real_from_thread_run(func, *args, token=token)

    async def served(*args: Any) -> Any:
        threads.arrived_in_loop(thread)
        try:
            return await func(*args)
        finally:
            threads.leaves_loop(thread)

    thread.waits_for = "the event loop"
    threads.go_to_loop(thread)
    try:
        return _real_from_thread_run(served, *args, token=token)
    finally:
        threads.return_from_loop(thread)


def _from_thread_run_sync(func: Callable[..., Any], *args: Any, token: Any = None) -> Any:
    threads = _active
    thread = threads.current() if threads is not None else None
    if threads is None or thread is None or thread is threads.loop:
        return _real_from_thread_run_sync(func, *args, token=token)

    def served(*args: Any) -> Any:
        threads.arrived_in_loop(thread)
        try:
            return func(*args)
        finally:
            threads.leaves_loop(thread)

    thread.waits_for = "the event loop"
    threads.go_to_loop(thread)
    try:
        return _real_from_thread_run_sync(served, *args, token=token)
    finally:
        threads.return_from_loop(thread)


def install() -> None:
    """Put all of this in the place of the real thing; real until a run is `activate`d.

    Must come after anyio and trio are imported, so that they keep the real locks.
    """
    replaced: list[tuple[Any, str, Any]] = [
        (time, "sleep", sleep),
        (threading.Thread, "start", _start),
        (threading.Thread, "join", _join),
        # The standard library builds its conditions, and so all else, from these three.
        (threading, "Lock", Lock),
        (threading, "_allocate_lock", Lock),
        (threading, "RLock", vars(threading)["_PyRLock"]),
        (queue, "SimpleQueue", vars(queue)["_PySimpleQueue"]),
        (anyio.to_thread, "run_sync", _run_sync),
        (anyio.from_thread, "run", _from_thread_run),
        (anyio.from_thread, "run_sync", _from_thread_run_sync),
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
