"""The kernel of a run: when nothing in the event loop can run, it asks the judge what happens next.

It holds the run's clock, which only the judge moves, and the calls that wait for a reply. The two
drivers (asyncio, trio) call `idle` when their loop has nothing left to do; the stubs call `call` and
`call_blocking`; `tell` keeps every event for the next message to the judge.
"""

import math
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Never

import anyio
import anyio.lowlevel
import msgspec

from checker_sandbox import computing
from checker_sandbox.errors import make_error
from checker_sandbox.lines import calling_line
from checker_sandbox.tasks import Tasks
from checker_sandbox.threads import Thread, Threads
from checker_sandbox.wire.limits import MAX_ROUNDS
from checker_sandbox.wire.link import Closed, Link
from checker_sandbox.wire.messages import (
    Answered,
    Awaited,
    Broken,
    CallCancelled,
    Called,
    ErrorTree,
    Event,
    Explain,
    Explained,
    Failed,
    Flush,
    FromSandbox,
    Idle,
    LoopBlocked,
    LoopFreed,
    Printed,
    Raised,
    Resume,
    RunEnded,
    Spun,
    Wait,
    instant,
)
from checker_sandbox.wire.plain import NotPlain, plain

if TYPE_CHECKING:
    from checker_sandbox.steps import Steps

ROUNDS_A_TICK: Final = 1_000
TICK: Final = 1e-10
"""After so many rounds in which no time has passed, so many seconds have, less than anybody is told of. Computing
takes time after all: whoever sleeps for what is left until a moment, by another clock than trio's, may have
less left than trio's clock can tell from nothing, and would otherwise never get there."""

EPOCH: Final = 1000.0
"""What the loop's clock reads when a run begins, in seconds. Not 0: a program that takes a delay
for a deadline must not pass because the two happen to agree."""

FLUSH_AT: Final = 500
"""How many events are kept before they are sent ahead of the next message."""

FLUSH_TEXT_AT: Final = 1 << 15
"""How many bytes of arguments and prints are kept before they are sent ahead."""

JUST_BEFORE: Final = 1e-8
"""How many seconds before its timers are due the clock stops if they are to wait. More than asyncio's clock
resolution, and less than what a check takes for the rounding of sums."""

RUNNING_THREAD_SECONDS: Final = 0.05
"""Real seconds that a loop waits at a time for a thread that is on its way to it."""


class Pending:
    """A call that waits for its reply."""

    __slots__ = ("number", "reply", "waiting")

    def __init__(self, number: int, waiting: "anyio.Event | Thread") -> None:
        self.number = number
        self.waiting = waiting
        self.reply: Answered | Failed

    def result(self) -> Any:
        if isinstance(self.reply, Failed):
            raise make_error(self.reply)
        return self.reply.value


def _nothing() -> None:
    """What is called where nobody looks."""


def _unheard(task: object, ended: object = None) -> None:
    """What is told of a task that was woken, where nobody wants to hear of it."""


def _nothing_known(kernel: "Kernel") -> None:
    """What is remembered, where nobody looks."""


class Kernel:
    """One run's side of the conversation.

    `waits` describes where every task is, for a run that is stuck; the driver knows how.
    """

    def __init__(self, link: Link, tasks: Tasks, waits: "Callable[[Kernel], list[Wait]]") -> None:
        self.link = link
        self.tasks = tasks
        self.threads = Threads(self)
        self.now = EPOCH
        self.over = False
        """Whether the last message was sent, and only the event loop has still to close."""
        self.sleeps_on = False
        """Whether nothing but threads has moved since the loop was `idle`: none of that wakes it up."""
        self.doomed = False
        """Whether the event loop ends with an error, whatever becomes of the submission's tasks."""
        self.own_task = 0
        """The number of the task that is the checker's own, if there is one."""
        self.scopes: list[anyio.CancelScope] = []
        """What cancels each act from outside; empty until the event loop runs."""
        self.under_way: set[int] = set()
        """The acts that have begun and not ended."""
        self.steps: Steps | None = None
        """What counts the steps of the tasks, where they are to be counted."""
        self.blocked: LoopBlocked | None = None
        """What the event loop's own thread waits in, while it does."""
        self._waits = waits
        self._events: list[Event] = []
        self._bulk = 0
        self._pending: dict[int, Pending] = {}
        self._last_call = 0
        self._arrived: deque[anyio.Event] = deque()
        self._begin_asked: list[int] = []
        self._cancel_asked: list[int] = []
        self._prompt: anyio.Event | None = None
        self._timers_asked = False
        self._memory_asked = False
        self._rounds = 0
        self._due: tuple[int, float] | None = None
        """After how many more rounds the clock reads what, if the timers of this instant are to wait."""
        self._watchers: list[anyio.Event] = []
        self.look: Callable[[], None] = _nothing
        """Called before the judge is told that nothing can run."""
        self.pictured = False
        """Whether to call `woken`."""
        self.woken: Callable[..., None] = _unheard
        """Called when a task can go on, where the run is pictured; if another one has ended, with that one, too."""
        self.timers: Callable[[], list[float]] = list
        """When each of the event loop's timers goes off, on the kernel's clock."""
        self.remembered: Callable[[Kernel], bytes | None] = _nothing_known
        """All that the program remembers, boiled down to a few bytes: see `checker_sandbox/memory.py`."""
        self.streams_left: Callable[[], Sequence[Event]] = list
        """How the memory object streams are that the judge has handed in."""
        self.is_forgetful: bool | None = None
        """Whether the program is one of which that can be told, once it is known."""

    # --- what the stubs call ---

    async def call(
        self,
        service: int,
        method: str,
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        *,
        sure: bool = False,
    ) -> Any:
        """Call a method of a service and wait for the reply, as a checkpoint. With `sure`, it is called even
        by whoever has been cancelled, who only does not wait for the reply."""
        if not sure:
            await anyio.lowlevel.checkpoint_if_cancelled()
        arrived = anyio.Event()
        pending = self._send_call(service, method, arguments, keywords, arrived)
        try:
            await arrived.wait()
        finally:
            if self._pending.pop(pending.number, None) is not None:
                self.tell(CallCancelled(pending.number))
        return pending.result()

    def call_blocking(
        self, service: int, method: str, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        """Call a method of a service and hold this thread until the reply."""
        thread = self.threads.current()
        if thread is None:
            raise RuntimeError(
                "a service was called from a thread that the checker cannot follow; "
                "start threads with anyio.to_thread.run_sync() or threading.Thread"
            )
        pending = self._send_call(service, method, arguments, keywords, thread)
        self.threads.park(thread, Awaited("reply", method))
        return pending.result()

    def place_of(self, call: Pending) -> int:
        """How many of the calls under way were made before this one."""
        return sum(number < call.number for number in self._pending)

    def _send_call(
        self,
        service: int,
        method: str,
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        waiting: "anyio.Event | Thread",
    ) -> Pending:
        try:
            arguments_sent, keywords_sent = plain(arguments), plain(keywords)
        except NotPlain as error:
            raise TypeError(f"{method}() was given {error}; it takes plain data only") from None
        self._last_call = number = self._last_call + 1
        pending = self._pending[number] = Pending(number, waiting)
        # A method that was handed to a thread or a task directly is called from no line of the
        # learner's, but was handed over on one.
        if isinstance(waiting, Thread):
            thread, task, line = waiting.number, waiting.task, calling_line() or waiting.line
            if thread == 0:
                task = self.tasks.current()
        else:
            thread, task = 0, self.tasks.current()
            line = calling_line() or self.tasks.line(task)
        called = Called(number, service, method, arguments_sent, keywords_sent, task, thread, line)
        self.tell_at_length(called)
        return pending

    # --- telling the judge ---

    def tell(self, event: Event) -> None:
        if self.over:
            return
        self._events.append(event)
        if len(self._events) >= FLUSH_AT or self._bulk >= FLUSH_TEXT_AT:
            self._send(Flush(self.take_events()))

    def tell_at_length(self, event: Event) -> None:
        """`tell` an event that holds values, of which a few may be too much for one message."""
        self._bulk += len(msgspec.msgpack.encode(event))
        self.tell(event)

    def print(self, text: str) -> None:
        """Keep what the submission printed, joined with what it printed just before."""
        if self.over:
            return
        for start in range(0, len(text), FLUSH_TEXT_AT):
            part = text[start : start + FLUSH_TEXT_AT]
            last = self._events[-1] if self._events else None
            if isinstance(last, Printed):
                self._events[-1] = Printed(last.text + part)
            else:
                self._events.append(Printed(part))
            self._bulk += len(part)
            if self._bulk >= FLUSH_TEXT_AT:
                self._send(Flush(self.take_events()))

    def take_events(self) -> list[Event]:
        events = [*self.tasks.take_news(), *self._events]
        if self.steps is not None:
            events += self.steps.news()
        self._events.clear()
        self._bulk = 0
        while len(events) > 2 * FLUSH_AT:
            self._send(Flush(events[:FLUSH_AT]))
            del events[:FLUSH_AT]
        return events

    def end(self, message: FromSandbox) -> Never:
        """Send the last message of this run, and end its process."""
        if self.over:
            # It was sent, and this process was to stay. Whoever comes next hears nothing of this one.
            os.kill(os.getpid(), signal.SIGKILL)
        self._send(message)
        os._exit(0)

    def conclude(self, message: FromSandbox) -> None:
        """Send the last message of this run, after whose end its process stays for another one."""
        self.over = True
        self._send(message)

    def is_quiet(self) -> bool:
        """Whether nothing of this run could reach into another one."""
        return not self._pending and not self._watchers and not self.threads.were_any

    def broken(self) -> Never:
        """End the run because of an error of ours, or for want of memory, which is no error of ours."""
        error = sys.exc_info()[1]
        if isinstance(error, MemoryError):
            self.end(RunEnded([], Raised(ErrorTree("MemoryError", "", None))))
        self.end(Broken([], traceback.format_exc()[-4000:]))

    def _send(self, message: FromSandbox) -> None:
        try:
            self.link.send(message)
        except Closed:
            os._exit(0)  # The judge has heard enough.

    # --- time ---

    def idle(self, deadline: float) -> float:
        """Called by the loop when none of its tasks can run before `deadline` (its own clock).

        Returns after something happened, or may have: the loop should look again, waiting for I/O
        for at most the returned number of real seconds.
        """
        self.sleeps_on = False
        if self.over:
            return 0
        try:
            return self._idle(deadline)
        except Exception:
            self.broken()

    def _idle(self, deadline: float) -> float:
        self._rounds = 0
        if self._due is not None:
            self._let_timers_go_off()
            return 0
        if self.threads.on_the_way:
            self.sleeps_on = True
            return RUNNING_THREAD_SECONDS
        self.threads.await_returning()
        if self._watchers and not (self._pending and self._replies_come_now()):
            for watcher in self._watchers:
                watcher.set()
            self._watchers.clear()
            self.deliver()
            return 0
        if self._arrived:
            pass  # Who is woken by it is not blocked.
        elif self.threads.can_run():
            self.threads.run_next()
        else:
            self.converse(deadline)
        self.sleeps_on = not self.deliver() and self.now < deadline and self._due is None
        return 0

    def _replies_come_now(self) -> bool:
        """Whether calls are answered at this very instant, so that not all that wait are blocked."""
        computing.renew()
        self.look()
        answer = self._ask(Idle(self.take_events(), None, asks_for_now=True))
        self._resume(answer, math.inf)
        return bool(answer.replies)

    def round(self) -> None:
        """Called by the loop for each round of it; ends a run whose rounds never end."""
        if self._due is not None:
            self._due = (self._due[0] - 1, self._due[1])
            if self._due[0] <= 0:
                self._let_timers_go_off()
        self._rounds += 1
        if self._rounds % ROUNDS_A_TICK == 0:
            self.now += TICK
        if self._rounds > MAX_ROUNDS:
            try:
                self.end(RunEnded(self.take_events(), Spun(tuple(self._waits(self)))))
            except Exception:
                self.broken()

    def converse(self, deadline: float) -> None:
        """Tell the judge what happened, and let it move the clock."""
        deadline = min(deadline, self.threads.deadline())
        computing.renew()
        self.look()
        last = None
        if self._timers_asked:
            timers = max(self.timers(), default=-math.inf)
            last = instant(max(timers, self.threads.last_deadline()) - EPOCH)
        memory = self.remembered(self) if self._memory_asked else None
        self._resume(
            self._ask(Idle(self.take_events(), instant(deadline - EPOCH), last, memory)), deadline
        )

    def _ask(self, message: Idle) -> Resume:
        """What the judge says next; if it only wants to know who waits for what, that is the end of the run."""
        self._send(message)
        answer = self.link.receive()
        if isinstance(answer, Explain):
            self.end(Explained(self.take_events(), tuple(self._waits(self))))
        assert isinstance(answer, Resume)
        return answer

    def _resume(self, message: Resume, deadline: float) -> None:
        now = max(self.now, EPOCH + message.now / 1e9)
        at = instant(deadline - EPOCH)
        if at is not None and message.now >= at:
            # The deadline has come: the clock must not stop one rounding error short of it. Far
            # from zero a float cannot hold asyncio's clock resolution, and then it must be passed.
            now = max(now, deadline)
            if deadline + 1e-9 == deadline:
                now = max(now, math.nextafter(deadline, math.inf))
        if message.lag:
            self._due = (message.lag, now)
            now = max(self.now, now - JUST_BEFORE)
        self.now = now
        for reply in message.replies:
            pending = self._pending.pop(reply.call)
            pending.reply = reply
            if isinstance(pending.waiting, Thread):
                self.threads.wake(pending.waiting)
            else:
                self._arrived.append(pending.waiting)
        self._timers_asked = message.timers
        self._memory_asked = message.memory
        self._begin_asked += message.begin
        self._cancel_asked += message.cancel
        self.threads.wake_sleepers(now)

    def _let_timers_go_off(self) -> None:
        assert self._due is not None
        self.now = max(self.now, self._due[1])
        self._due = None

    def deliver(self) -> bool:
        """Wake the tasks whose replies arrived, and tell whether there was anybody to wake; called on the
        loop's own thread."""
        woke = bool(self._arrived or self._cancel_asked or self._begin_asked)
        while self._arrived:
            self._arrived.popleft().set()
        if self.scopes:
            for act in self._cancel_asked:
                self.scopes[act].cancel()
            self._cancel_asked.clear()
        if self._begin_asked and self._prompt is not None:
            self._prompt.set()
        return woke

    async def acts_to_begin(self) -> list[int]:
        """Wait for the next acts that the judge wants to begin."""
        if not self._begin_asked:
            self._prompt = anyio.Event()
            await self._prompt.wait()
        numbers, self._begin_asked = self._begin_asked, []
        return numbers

    async def wait_all_tasks_blocked(self) -> None:
        """`anyio.wait_all_tasks_blocked`, in no time at all on either backend."""
        blocked = anyio.Event()
        self._watchers.append(blocked)
        await blocked.wait()

    # --- what Threads calls ---

    def loop_blocked(self, what: Awaited) -> None:
        self.blocked = LoopBlocked(what, calling_line(sys._getframe(1)), self.tasks.current())
        self.tell(self.blocked)

    def loop_freed(self) -> None:
        self.blocked = None
        self.tell(LoopFreed())
        self.deliver()
