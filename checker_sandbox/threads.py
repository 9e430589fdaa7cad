"""Worker threads on the virtual clock: only one thread of a run moves at a time.

Real threads run when the operating system likes, so what they do differs from run to run, and no
clock but the real one can follow them. Here each thread has a turn. The one that has it runs until
it waits for something (a reply, a time, a lock, the event loop) or ends, then hands it to the next
that can run, in the order in which they became able to. When none can, the turn is the event
loop's, and when the loop has nothing to do either, the clock moves. So the clock stands still
while any thread runs, and the order of everything is the same in every run.

On its way between a thread and the loop (`from_thread.run`, or a result) a message travels in real
time. While one does, the loop waits for it and the clock does not move: see `on_the_way`.
"""

import _thread
import contextlib
import math
import os
import threading
from collections import deque
from typing import Protocol

from checker_sandbox.lines import calling_line
from checker_sandbox.tasks import Tasks
from checker_sandbox.wire.limits import MAX_NAME
from checker_sandbox.wire.messages import Awaited, ThreadStarted
from checker_sandbox.wire.plain import shortened

real_start = threading.Thread.start
real_is_alive = threading.Thread.is_alive


class Host(Protocol):
    """What the threads ask of the run that they belong to."""

    tasks: Tasks
    now: float

    def converse(self, deadline: float) -> None:
        """Let the clock move: to `deadline`, or to when a thread can go on."""

    def tell(self, event: ThreadStarted) -> None:
        """Tell the judge of something."""

    def loop_blocked(self, what: Awaited) -> None: ...

    def loop_freed(self) -> None: ...

    def broken(self) -> None:
        """End the run because of an error of ours."""


class Thread:
    """A thread that takes turns. Number 0 is the event loop's own."""

    __slots__ = (
        "answered",
        "back",
        "deadline",
        "finished",
        "ident",
        "joiners",
        "line",
        "name",
        "number",
        "out_of_turn",
        "parked",
        "task",
        "turn",
        "waits_for",
    )

    def __init__(self, number: int, name: str, task: int, line: int | None) -> None:
        self.number = number
        self.name = shortened(name, MAX_NAME)
        self.task = task
        """The task that it works for."""
        self.line = line
        """The learner's line that started it."""
        self.ident: int | None = None
        self.parked = False
        self.finished = False
        self.deadline = math.inf
        self.waits_for = Awaited("event loop")
        self.out_of_turn = False
        """Whether it runs, for a moment, without it being its turn, and so must not give it away."""
        self.answered = False
        """Whether the loop has done what it asked of it."""
        self.joiners: list[Thread] = []
        self.turn = _thread.allocate_lock()
        self.turn.acquire()
        self.back = _thread.allocate_lock()
        """Held until it has heard what the loop did for it; another one for each time."""


class Threads:
    """The threads of one run, and whose turn it is."""

    def __init__(self, run: Host) -> None:
        self._run = run
        self.loop = Thread(0, "the event loop", 0, None)
        self.loop.ident = _thread.get_ident()
        self.on_the_way: set[Thread] = set()
        """Threads that have handed something to the loop, which has not arrived there yet."""
        self._handing_in: set[int] = set()
        """The idents of threads that have ended, and keep the turn until the loop has their results."""
        self._returning: list[_thread.LockType] = []
        self._by_ident = {self.loop.ident: self.loop}
        self._by_thread: dict[threading.Thread, Thread] = {}
        self._all: list[Thread] = []
        self.tokens: dict[int, object] = {}
        """By the number of a thread, the limiter that it has a token of."""
        self._ready: deque[Thread] = deque()
        self._sleepers: list[Thread] = []
        self._wanting_loop: list[Thread] = []
        self._last = 0

    def current(self) -> Thread | None:
        """The running thread, if it is one that takes turns."""
        return self._by_ident.get(_thread.get_ident())

    @property
    def were_any(self) -> bool:
        """Whether the run has ever had a thread beside the event loop's."""
        return bool(self._all)

    def alive(self) -> list[Thread]:
        return [thread for thread in self._all if not thread.finished]

    def holders_of(self, limiter: object) -> tuple[int, ...]:
        """The tasks whose threads have a token of this limiter."""
        return tuple(t.task for t in self.alive() if self.tokens.get(t.number) is limiter)

    def new(self, name: str) -> Thread:
        """A thread about to start, behind those that can already run."""
        creator = self.current()
        task = creator.task if creator and creator.number else self._run.tasks.current()
        self._last += 1
        if not self._all:
            _share_processor()
        line = calling_line() or (creator.line if creator else None)
        thread = Thread(self._last, name, task, line)
        self._all.append(thread)
        self._ready.append(thread)
        self._run.tell(ThreadStarted(thread.number, thread.name, task))
        return thread

    def forget(self, thread: Thread) -> None:
        """`thread` could not be started after all."""
        thread.finished = True
        with contextlib.suppress(ValueError):
            self._ready.remove(thread)

    def begin(self, thread: Thread) -> None:
        """Give the loop's turn to a thread that was just started; returns when it is the loop's
        again. From then on nothing can happen to the thread before it is there."""
        self._ready.remove(thread)
        thread.turn.release()
        self.loop.turn.acquire()

    # --- a thread's own calls ---

    def enter(self, thread: Thread) -> None:
        """The new thread is there, and waits for its first turn."""
        thread.ident = _thread.get_ident()
        self._by_ident[thread.ident] = thread
        thread.turn.acquire()

    def leave(self, thread: Thread) -> None:
        """The running thread ends."""
        self._end(thread)
        self._choose().turn.release()

    def leave_with_result(self, thread: Thread, *, is_awaited: bool) -> None:
        """The running thread ends, and is about to hand the loop its result. Until it has, it keeps the
        turn: whether the loop finds the result in its next round must not be a matter of chance."""
        self._end(thread)
        if is_awaited:
            self.on_the_way.add(thread)
        self._handing_in.add(_thread.get_ident())

    def _end(self, thread: Thread) -> None:
        thread.finished = True
        assert thread.ident is not None
        del self._by_ident[thread.ident]
        for joiner in thread.joiners:
            self.wake(joiner)

    def handed_in(self) -> None:
        """Something was handed to the loop from outside, perhaps by a thread that ends."""
        if (mine := _thread.get_ident()) in self._handing_in:
            self._handing_in.remove(mine)
            self._choose().turn.release()

    def park(self, thread: Thread, what: Awaited, deadline: float = math.inf) -> None:
        """Wait, in the running thread, until somebody wakes it or its deadline comes."""
        thread.parked = True
        thread.deadline = deadline
        thread.waits_for = what
        if deadline < math.inf:
            self._sleepers.append(thread)
        if thread is self.loop:
            self._run.loop_blocked(what)
        self._give_turn_away(thread)
        if thread is self.loop:
            self._run.loop_freed()
            for waiting in self._wanting_loop:
                self.wake(waiting)
            self._wanting_loop.clear()

    def go_to_loop(self, thread: Thread) -> None:
        """The running thread is about to wait, in real time, for something that the loop does."""
        while self.loop.parked:
            self._wanting_loop.append(thread)
            self.park(thread, Awaited("event loop"))
        self.on_the_way.add(thread)
        thread.out_of_turn = True
        self.loop.turn.release()

    def arrived_in_loop(self, thread: Thread) -> None:
        self.on_the_way.discard(thread)

    def leaves_loop(self, thread: Thread) -> None:
        """What `thread` asked of the loop is done, and it will go on when it has heard."""
        thread.answered = True
        thread.back = _thread.allocate_lock()
        thread.back.acquire()
        self._returning.append(thread.back)
        self._ready.append(thread)

    def await_returning(self) -> None:
        """Called when the loop has nothing left to do, so that those who asked must have heard."""
        while self._returning:
            self._returning.pop(0).acquire()

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

    def last_deadline(self) -> float:
        """When the last thread that sleeps wakes by itself, or gives up waiting."""
        return max((thread.deadline for thread in self._sleepers), default=-math.inf)

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
                with contextlib.suppress(ValueError):
                    self._ready.remove(self.loop)  # It may have been woken, and stand in line.
                return self.loop
            if self._ready:
                return self._ready.popleft()
            if not self.loop.parked:
                return self.loop
            # The loop's thread is blocked, so no task's deadline can be met: only threads count.
            try:
                self._run.converse(math.inf)
            except Exception:
                self._run.broken()

    # --- joining ---

    def start(self, thread: threading.Thread) -> None:
        """Start a thread that the submission made, as one that takes turns."""
        mine = self.new(thread.name)
        self._by_thread[thread] = mine
        function = thread.run

        def run_in_turn() -> None:
            self.enter(mine)
            try:
                function()
            finally:
                self.leave(mine)

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
            real_start(thread)
        finally:
            starter.out_of_turn = False

    def join(self, thread: threading.Thread, timeout: float | None) -> bool:
        """Wait for the end of `thread`; False if that did not come in time."""
        mine, joiner = self._by_thread.get(thread), self.current()
        if mine is None or joiner is None or mine.finished:
            return True
        deadline = math.inf if timeout is None else self._run.now + timeout
        mine.joiners.append(joiner)
        self.park(joiner, Awaited("thread's end", mine.name), deadline)
        return mine.finished

    def is_alive(self, thread: threading.Thread) -> bool:
        """Whether `thread` has not ended: when exactly Python notices that depends on the machine."""
        mine = self._by_thread.get(thread)
        return real_is_alive(thread) and not (mine is not None and mine.finished)

    @property
    def now(self) -> float:
        return self._run.now


def _share_processor() -> None:
    """Keep this process where it runs now. Its threads never run at the same time, and handing a
    turn to a thread on another processor takes twice as long."""
    with contextlib.suppress(OSError, AttributeError):  # There is no such thing on macOS.
        with open("/proc/self/stat") as stat:
            processor = int(stat.read().rpartition(")")[2].split()[36])
        os.sched_setaffinity(0, {processor})
