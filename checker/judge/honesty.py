"""What an honest sandbox can say, as an automaton to which every message of a run is held.

A run is one process, and the submission has all of it: it can find the kernel, and speak in its place.
So nothing that a sandbox says is a proof. But a sandbox that nobody has touched says only what can have
happened, and in an order in which it can have happened. Whatever else is said ends the run, as the
submission's doing. This module knows the conversation alone: no clock, no schedule, no world.

Whose turn it is

    *speaking*    the sandbox is. `Flush` leaves it speaking; `Idle` hands over to the judge. One that asks for
                  now is said while a call is open, and of nothing later.
    *answering*   the judge is. `Resume` lets the sandbox speak again; `Explain` wants one thing more.
    *explaining*  after `Explain`. `Explained` ends the run, and nothing is done any more before it.
    *over*        after `RunEnded`, `Explained` or `Broken`. `Broken` may come whenever the sandbox speaks, and
                  so may a `RunEnded` for want of memory, in which nobody can finish what they began.

Tasks and threads

    Both are numbered as they start, from 1, with no number left out, and are told before anything is told
    of them. A task is started by one that was told before it, a thread by a task. 0 is nobody's: the
    backend's own task, the event loop's own thread. While nobody but the event loop's thread can have
    called (no task was told), nothing is idle, unless an import holds that thread.

Calls

    They are numbered as they come. A call is of a method that the sandbox was told of, and is *open* until it
    is answered, failed or, unless the method is blocking, given up.

    - One that is awaited comes from the event loop's thread, while that is free.
    - A blocking one from a worker thread comes from one that was told, for the task that started it, and
      the thread has no other call open: it holds the thread.
    - A blocking one from the event loop's thread holds that, and with it all tasks:

The event loop's thread

    *free*      tasks run: calls are awaited, acts end, cancellations strike.
    *to hold*   it has made a blocking call. The next that it says is `LoopBlocked`, on that call.
    *held*      after `LoopBlocked`. No task does anything; worker threads may. `LoopFreed` makes it free, but
                where a call holds it, not before the judge has replied, and not later than the next `Idle`.

    What Python itself does in between (collect garbage, warn, run a `__del__` that prints) may be told at
    any moment: `Printed`, `Warned`, and the call of a coroutine that is thrown away, `CallCancelled`.

Acts, and what comes from outside

    An act ends once, after the judge has let it begin. It was cancelled only if the judge has cancelled it,
    and failed with a call's error only if that call has failed. If the judge wants steps counted, their
    number grows, by at least one for each task that awaits a call. A strike before step n comes as step n is
    counted, if the act is under way then, and never otherwise.

A stream that was handed in is told of once, when all has come to its end.

What is told only on request (the last timer, the memory, what is watched or pictured) is not told without
one. A process that stays leaves nothing behind.

What a program can still do is play an honest sandbox from beginning to end, with tasks and threads that
never were. So no point is earned by a fact that the sandbox alone can see: see `checker/judge/trace.py`.
"""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from checker.judge.service import Service, method_of
from checker.translation import _
from checker_sandbox.wire.link import ProtocolError
from checker_sandbox.wire.messages import (
    ActEnded,
    ActEnding,
    Awaited,
    Broken,
    CallCancelled,
    Called,
    CancelCalled,
    Ended,
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
    PassedBy,
    Primitives,
    Printed,
    Raised,
    Resume,
    Returned,
    RunEnded,
    Spun,
    Stands,
    Start,
    Stopped,
    StreamLeft,
    StrikeCame,
    Struck,
    Swallowed,
    TaskStarted,
    TaskSteps,
    ThreadStarted,
    TimedOut,
    Unshared,
    Wait,
    Waiting,
    Warned,
    Woken,
)

MAX_ERRORS: Final = 200
"""How many errors a tree of them may hold: more than any sandbox sends."""

SLACK: Final = 1_000_000
"""By how many nanoseconds a time may be ahead of the judge's clock: far from zero, floats are no finer."""

HOLDS_LOOP: Final = {"thread's sleep", "thread's lock", "thread's end"}
"""What the event loop's own thread may wait for, beside the reply to a call that it has made."""

_Turn: TypeAlias = Literal["speaking", "answering", "explaining", "over"]
_Loop: TypeAlias = Literal["free", "to hold", "held"]


class Honesty:
    """One run, as far as it is told. Each method raises `ProtocolError` for what no honest sandbox says."""

    def __init__(self, start: Start, services: Sequence[Service]) -> None:
        """`services` may grow: a reply can hold one that is new."""
        self._start = start
        self._services = services
        self._introduced: set[int] = set()
        self._streams: set[int] = set()
        """The streams that were handed in, and of which nothing has been told yet."""
        self._turn: _Turn = "speaking"
        self._now = 0
        self._asked = Resume(0, [])
        """The last answer."""
        self._last_task = 0
        self._ended_tasks: set[int] = set()
        self._threads: dict[int, int] = {}
        """For each worker thread, the task that it works for."""
        self._last_call = 0
        self._awaited: set[int] = set()
        """The open calls that somebody awaits."""
        self._holding: dict[int, int] = {}
        """For each thread that a blocking call holds, that call."""
        self._failed: set[int] = set()
        self._loop: _Loop = "free"
        self._to_hold: LoopBlocked | None = None
        """What must be said of the blocking call that the event loop's thread has made."""
        self._holder = 0
        """The call that holds the event loop's thread, or is about to."""
        self._to_begin = set(range(len(start.acts))) - set(start.begin)
        self._under_way = set(start.begin)
        self._steady = set(start.begin) if start.is_one_call else set()
        """The acts that were under way when the sandbox was last idle, as it knew by then."""
        self._cancelled: set[int] = set()
        self._strike = start.strike
        self._steps = 0
        self._steps_before = 0
        """How many there were when tasks could last go on."""
        self._callers: set[int] = set()
        """The tasks that have awaited a call since."""

    def introduce(self, service: int) -> None:
        """The sandbox was told of the service with this number."""
        self._introduced.add(service)
        if (end := self._services[service].end) is not None:
            self._streams.add(end.stream)

    # --- what happened ---

    def hear(self, event: Event) -> None:
        """Something happened, as a message says."""
        match event:
            case Called():
                self._call(event)
            case TaskStarted(task, _, parent, _):
                if task != self._last_task + 1:
                    raise ProtocolError(_("task {task} is not the next one", task=task))
                if parent is not None and not 0 < parent < task:
                    raise ProtocolError(
                        _("task {task} was started by task {parent}", task=task, parent=parent)
                    )
                self._last_task = task
            case CallCancelled(call):
                if call not in self._awaited:
                    raise ProtocolError(
                        _("call {call} was given up, which nobody awaited", call=call)
                    )
                self._awaited.remove(call)
            case Printed() | Warned():
                pass
            case LoopBlocked():
                self._hold_loop(event)
            case LoopFreed():
                self._free_loop()
            case ThreadStarted(thread, _, task):
                self._expect_running()
                if thread != len(self._threads) + 1:
                    raise ProtocolError(_("thread {thread} is not the next one", thread=thread))
                self._expect_tasks(task)
                self._threads[thread] = task
            case ActEnded(act, ending):
                self._end_act(act, ending)
            case StrikeCame():
                self._be_struck()
            case StreamLeft(stream):
                self._expect_running()
                self._expect_free_loop(
                    _("a stream was left while the event loop's thread was held")
                )
                if stream not in self._streams:
                    raise ProtocolError(
                        _(
                            "stream {stream} was left, which was not handed in, or was left before",
                            stream=stream,
                        )
                    )
                self._streams.remove(stream)
            case TaskSteps(count):
                if not self._start.count or count <= self._steps:
                    raise ProtocolError(
                        _("{count} steps after {before} of them", count=count, before=self._steps)
                    )
                self._steps = count
            case _:
                self._hear_watched(event)

    def _call(self, event: Called) -> None:
        call, task, thread = event.call, event.task, event.thread
        self._expect_running()
        if call != self._last_call + 1:
            raise ProtocolError(_("call {call} is not the next one", call=call))
        if event.service not in self._introduced:
            raise ProtocolError(_("there is no service {service}", service=event.service))
        blocks = method_of(self._services[event.service], event.method).blocking
        self._expect_tasks(task)
        if task in self._ended_tasks:
            raise ProtocolError(
                _("call {call} is from task {task}, which has ended", call=call, task=task)
            )
        self._last_call = call
        if not thread:
            self._expect_free_loop(
                _("call {call} came while the event loop's thread was held", call=call)
            )
            if not blocks:
                self._awaited.add(call)
                if task and (task > 1 or self._start.is_one_call):
                    self._callers.add(task)
                return
            self._loop, self._holder = "to hold", call
            self._to_hold = LoopBlocked(Awaited("reply", event.method), event.line, task)
        elif not blocks:
            raise ProtocolError(
                _("call {call} is awaited, and came from a worker thread", call=call)
            )
        elif self._threads.get(thread) != task:
            raise ProtocolError(
                _(
                    "call {call} came from thread {thread}, which task {task} never started",
                    call=call,
                    thread=thread,
                    task=task,
                )
            )
        elif thread in self._holding:
            raise ProtocolError(
                _(
                    "call {call} came from thread {thread}, which is held by another call",
                    call=call,
                    thread=thread,
                )
            )
        self._holding[thread] = call

    def _hold_loop(self, event: LoopBlocked) -> None:
        self._expect_running()
        expected = self._to_hold
        if expected is None:
            self._expect_free_loop(
                _("the event loop was held while the event loop's thread was held")
            )
            self._expect_tasks(event.task)
            if event.what.kind not in HOLDS_LOOP:
                raise ProtocolError(_("the event loop was held by {what}", what=event.what.kind))
        elif (event.what, event.task) != (expected.what, expected.task):
            raise ProtocolError(
                _("the event loop was held by something else than call {call}", call=self._holder)
            )
        self._loop, self._to_hold = "held", None

    def _free_loop(self) -> None:
        self._expect_running()
        if self._loop != "held":
            raise ProtocolError(_("the event loop was freed, which nothing held"))
        if 0 in self._holding:
            raise ProtocolError(
                _("the event loop was freed before call {call} was answered", call=self._holder)
            )
        self._loop, self._holder = "free", 0

    def _end_act(self, act: int, ending: ActEnding) -> None:
        self._expect_running()
        self._expect_free_loop(_("an act ended while the event loop's thread was held"))
        if self._start.is_one_call or act not in self._under_way:
            raise ProtocolError(_("act {act} ended, which was not under way", act=act))
        self._expect_possible(ending, act)
        self._under_way.remove(act)

    def _be_struck(self) -> None:
        self._expect_running()
        self._expect_free_loop(_("a cancellation struck while the event loop's thread was held"))
        strike = self._strike
        if strike is None or strike.act not in self._under_way or self._steps >= strike.step:
            raise ProtocolError(_("it was cancelled where nobody had cancelled it"))
        self._cancelled.add(strike.act)
        self._strike = None

    def _hear_watched(self, event: Event) -> None:
        if not self._start.watch:
            raise ProtocolError(
                _("{event} was told, for which nobody asked", event=type(event).__name__)
            )
        match event:
            case Waiting(task, thread, _, what):
                self._expect_alive(task, thread)
                self._expect_known(what)
            case Ended(task, thread):
                self._expect_alive(task, thread)
                if not thread:
                    self._ended_tasks.add(task)
            case (
                Struck(task)
                | Swallowed(task)
                | PassedBy(task)
                | CancelCalled(task)
                | Unshared(task)
            ):
                self._expect_tasks(task)
            case TimedOut(task, _, since, set_at, until):
                self._expect_tasks(task)
                if max(since, set_at, until) > self._now + SLACK:
                    raise ProtocolError(_("a time limit was up that is still to come"))
            case _:
                self._hear_pictured(event)

    def _hear_pictured(self, event: Event) -> None:
        if not self._start.picture:
            raise ProtocolError(
                _("{event} was told, for which nobody asked", event=type(event).__name__)
            )
        match event:
            case Stands(task, thread, _, _, what):
                self._expect_alive(task, thread)
                self._expect_known(what)
            case Primitives(primitives):
                for primitive in primitives:
                    self._expect_tasks(*primitive.holders, *primitive.waiting, *primitive.senders)
            case Woken(task, by):
                self._expect_tasks(task, by)

    # --- what a message says beside that ---

    def conclude(self, message: FromSandbox) -> None:
        """A message is over, whose events have all been heard."""
        match message:
            case Flush():
                self._expect_turn("speaking", "explaining")
            case Idle():
                self._be_idle(message)
            case RunEnded():
                self._end(message)
            case Explained(_, waits):
                self._expect_turn("explaining")
                self._expect_waits(waits)
                self._turn = "over"
            case Broken():
                self._expect_turn("speaking", "explaining")
                self._turn = "over"

    def answer(self, answer: Resume | Explain) -> None:
        """The judge answered."""
        self._expect_turn("answering")
        if isinstance(answer, Explain):
            self._turn = "explaining"
            return
        self._turn, self._asked, self._now = "speaking", answer, answer.now
        for reply in answer.replies:
            self._awaited.discard(reply.call)
            for thread in [t for t, call in self._holding.items() if call == reply.call]:
                del self._holding[thread]
            if isinstance(reply, Failed):
                self._failed.add(reply.call)
        self._to_begin -= set(answer.begin)
        self._under_way |= set(answer.begin)
        self._cancelled |= set(answer.cancel)

    def _be_idle(self, message: Idle) -> None:
        self._expect_turn("speaking")
        self._expect_held_loop()
        if not self._last_task and self._loop == "free":
            raise ProtocolError(_("it was idle before its first task had started"))
        if self._holder and 0 not in self._holding:
            raise ProtocolError(
                _("call {call} was answered, and the event loop was never freed", call=self._holder)
            )
        if message.last_timer is not None and not self._asked.timers:
            raise ProtocolError(_("it told of its timers, for which nobody asked"))
        if message.memory is not None and not self._asked.memory:
            raise ProtocolError(_("it told what it remembers, for which nobody asked"))
        if message.asks_for_now:
            if not self._awaited and not self._holding:
                raise ProtocolError(_("it asked for replies, and no call was under way"))
            if (message.deadline, message.last_timer, message.memory) != (None, None, None):
                raise ProtocolError(_("it asked for what happens now, and told of later"))
        if self._loop == "free":
            self._expect_steps()
            self._steady = set(self._under_way)
            self._steps_before = self._steps
            self._callers.clear()
        self._turn = "answering"

    def _end(self, message: RunEnded) -> None:
        ending = message.ending
        if isinstance(ending, Raised) and ending.error.kind == "MemoryError":
            self._expect_turn("speaking", "explaining")
            self._expect_possible(ending, 0)
            self._turn = "over"
            return
        self._expect_turn("speaking")
        self._expect_held_loop()
        self._expect_free_loop(_("the run ended while the event loop's thread was held"))
        self._expect_steps()
        match ending:
            case Spun(waits):
                self._expect_waits(waits)
            case Returned() | Stopped() if not self._last_task:
                raise ProtocolError(_("it ended before its first task had started"))
            case Returned() if not self._start.is_one_call and (self._under_way or self._to_begin):
                raise ProtocolError(_("it returned before all that it was to do had ended"))
            case Stopped() if not self._start.is_one_call:
                raise ProtocolError(_("it was cancelled where nobody had cancelled it"))
            case _:
                self._expect_possible(ending, 0)
        left = [*message.left.tasks, *message.left.threads]
        self._expect_waits(left)
        if message.stays and (
            not self._start.stay or left or self._awaited or self._holding or self._threads
        ):
            raise ProtocolError(_("it stays for another run, and leaves something behind"))
        self._turn = "over"

    # --- what must be so ---

    def _expect_turn(self, *turns: _Turn) -> None:
        if self._turn not in turns:
            raise ProtocolError(_("it spoke where it was not its turn"))

    def _expect_running(self) -> None:
        """Nothing is done any more once nothing can ever happen again."""
        self._expect_turn("speaking")

    def _expect_free_loop(self, said: str) -> None:
        if self._loop != "free":
            raise ProtocolError(said)

    def _expect_held_loop(self) -> None:
        if self._loop == "to hold":
            raise ProtocolError(
                _(
                    "call {call} holds the thread that makes it, and did not hold the event loop's",
                    call=self._holder,
                )
            )

    def _expect_tasks(self, *tasks: int) -> None:
        for task in tasks:
            if task > self._last_task:
                raise ProtocolError(_("there is no task {task}", task=task))

    def _expect_alive(self, task: int, thread: int) -> None:
        self._expect_tasks(task)
        if thread and thread not in self._threads:
            raise ProtocolError(_("there is no thread {thread}", thread=thread))
        if not thread and task in self._ended_tasks:
            raise ProtocolError(_("task {task} did something after its end", task=task))

    def _expect_known(self, what: Awaited) -> None:
        self._expect_tasks(*what.holders, *what.gone)

    def _expect_waits(self, waits: Sequence[Wait]) -> None:
        for wait in waits:
            self._expect_tasks(wait.task)
            self._expect_known(wait.what)

    def _expect_possible(self, ending: ActEnding, act: int) -> None:
        """That an act can have ended so."""
        if isinstance(ending, Stopped) and act not in self._cancelled:
            raise ProtocolError(_("it was cancelled where nobody had cancelled it"))
        if isinstance(ending, Raised):
            for error in _all_of(ending.error):
                for call in (error.call, error.instead_of):
                    if call and call not in self._failed:
                        raise ProtocolError(
                            _("call {call} raised an error, and has not failed", call=call)
                        )

    def _expect_steps(self) -> None:
        """That there were as many steps as there must have been, and that what was to come with one came."""
        if not self._start.count:
            return
        if self._steps - self._steps_before < len(self._callers):
            raise ProtocolError(
                _(
                    "{tasks} tasks made calls in {steps} steps",
                    tasks=len(self._callers),
                    steps=self._steps - self._steps_before,
                )
            )
        planned, strike = self._start.strike, self._strike
        if planned is None:
            return
        if strike is None:
            if self._steps < planned.step:
                raise ProtocolError(
                    _("a cancellation struck before step {step}", step=planned.step)
                )
        elif self._steps >= strike.step:
            if strike.act in self._steady and strike.act in self._under_way:
                raise ProtocolError(_("a cancellation from outside never came"))
            self._strike = None


def _all_of(error: ErrorTree) -> list[ErrorTree]:
    """An error with all that are in it. Raises `ProtocolError` for more than any sandbox sends: whoever
    walks them should come to an end."""
    found, level = [error], [error]
    while level:
        level = [child for parent in level for child in parent.children]
        found += level
        if len(found) > MAX_ERRORS:
            raise ProtocolError(_("an error of more than {limit} errors", limit=MAX_ERRORS))
    return found
