"""One run: the judge's half of the conversation, and a discrete-event simulation of the world.

The judge hears what the submission did until it could do no more, lets the schedule choose what
happens next, moves the clock there, and says so. It believes nothing: whatever does not fit what
went before ends the run.
"""

import re
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from checker.judge import trace as facts
from checker.judge.acts import Timing
from checker.judge.launch import (
    ProcessEnd,
    Program,
    Sandbox,
    SandboxError,
)
from checker.judge.livelock import Standstill
from checker.judge.loops import endless_loop
from checker.judge.schedule import Enabled, Plan
from checker.judge.service import (
    AUTHORS_ERRORS,
    Invocation,
    NoSuchMethod,
    Service,
    Settled,
    error_name,
    error_text,
    specify,
)
from checker.judge.trace import Trace, seconds
from checker_sandbox.wire.limits import CPU_SECONDS, RUN_SECONDS, SILENT_SECONDS, TOTAL_SECONDS
from checker_sandbox.wire.link import Closed, Link, Overdue, ProtocolError
from checker_sandbox.wire.messages import (
    ActCancelled,
    ActEnded,
    ActRaised,
    ActReturned,
    ActUnusable,
    Answered,
    Broken,
    CallCancelled,
    Called,
    Cancelled,
    Ended,
    ErrorTree,
    Event,
    Explain,
    Failed,
    Flush,
    FromSandbox,
    Idle,
    Left,
    LoopBlocked,
    LoopFreed,
    Outcome,
    Printed,
    Resume,
    ServiceSpec,
    Spinning,
    Start,
    StrikeCame,
    Struck,
    Stuck,
    Swallowed,
    TaskStarted,
    TaskSteps,
    ThreadStarted,
    TimedOut,
    Unusable,
    Wait,
    Waiting,
    Warned,
    instant,
)
from checker_sandbox.wire.messages import Raised as RaisedMessage
from checker_sandbox.wire.messages import Returned as ReturnedMessage
from checker_sandbox.wire.plain import NotPlain, plain, shortened

MAX_STEPS: Final = 4_000
"""How often the clock may move in one run."""

MAX_EVENTS: Final = 100_000
MAX_PENDING: Final = 5_000
MAX_PRINTED: Final = 1 << 18
MAX_RECEIVED: Final = 1 << 22
MAX_ERRORS: Final = 200

TICK: Final = 1_000_000
"""How long a reply takes that overtakes others, in nanoseconds of virtual time."""

PATIENCE: Final = 10
"""How many deadlines in a row may come before a reply that is late. A program that looks every now
and then would otherwise do so for ever, and be told that it never ends."""


# What a traceback that a submission prints says of the code below it: that of the sandbox, of the
# libraries and of Python itself. It means nothing to a learner, and differs between machines.
_FRAMES_BELOW: Final = re.compile(
    # Looks ahead, which is not tried again: otherwise a long line takes the square of its length.
    r'^([ |]*)File "(?=[^"\n]*(?:checker_sandbox|site-packages|/lib/python))[^"\n]*", line \d+.*\n'
    r"(?:\1  .*\n)*",
    re.MULTILINE,
)


_ActEnding = TypeVar("_ActEnding", bound=facts.ActEnding)


class _Over(Exception):
    """The run is over, and this is how it ended."""

    def __init__(self, ending: facts.Ending) -> None:
        self.ending = ending


class _Act:
    """One call of the learner's code: what is planned for it, and what has been seen of it."""

    __slots__ = ("cancelled", "ended", "record", "started", "timing")

    def __init__(self, record: facts.ActRecord, timing: Timing) -> None:
        self.record = record
        self.timing = timing
        self.started: int | None = None
        self.ended: int | None = None
        self.cancelled = False

    @property
    def is_under_way(self) -> bool:
        return self.started is not None and self.ended is None


class _Pending:
    """A call that is under way."""

    __slots__ = ("due", "invocation", "record")

    def __init__(
        self, record: facts.Call, invocation: Invocation | Settled | None, due: int
    ) -> None:
        self.record = record
        self.invocation = invocation
        self.due = due


def converse(
    sandbox: Sandbox,
    start: Start,
    program: Program,
    services: list[Service],
    plan: Plan,
    timings: Sequence[Timing] = (Timing(),),
    *,
    retried: bool = False,
) -> Trace:
    """Run what `start` says of `program` against `services` and return what was seen. `timings` says
    for each of its acts when that begins and is cancelled.

    Where `start` lets the process stay, it may be one that stayed after an earlier run.
    Raises `SandboxError` if the machine, and not the submission, is at fault.
    """
    conversation = _Conversation(services, plan, start, timings)
    sandbox.load(program)
    link = sandbox.start(conversation.describe, fresh=not start.stay or retried)
    ended = False
    try:
        # A process that has been tampered with may never read what it is sent.
        link.socket.settimeout(SILENT_SECONDS)
        link.send(start)
        if not sandbox.has_started():
            raise Closed
        conversation.hold(link)
    except _Over as over:
        conversation.conclude(over.ending)
        ended = conversation.stays and not link.has_more
        if ended:
            sandbox.keep()
    except (Overdue, Closed) as reason:
        ended = True
        how = sandbox.autopsy(ending=isinstance(reason, Closed))
        silent = link.received == 0 and how.signal != signal.SIGXCPU and how.code is None
        if silent and not retried:
            # It ended before it said anything. Nobody knows whether this run did that, or one
            # before it, to the server or to this process, which was made ahead.
            link.socket.close()
            sandbox.renew()
            return converse(sandbox, start, program, services, plan, timings, retried=True)
        if isinstance(reason, Overdue) or how.signal == signal.SIGXCPU:
            conversation.conclude(_never_back(conversation.left_loop_at, how, program.source))
        else:
            conversation.conclude(_how_it_died(how, program.source))
    except (ProtocolError, NotPlain, NoSuchMethod) as error:
        conversation.conclude(facts.Misbehaved(str(error)))
    finally:
        if not ended:
            sandbox.end()
        if not sandbox.stays:
            link.socket.close()
    return conversation.trace


def _how_it_died(how: ProcessEnd, source: bytes) -> facts.Ending:
    if how.signal == signal.SIGKILL:
        return facts.Overran(
            f"was killed (SIGKILL), as is whatever computes for more than {TOTAL_SECONDS} s in all",
            endless_loop(source, how.lines),
            costly=True,
        )
    if how.crash:
        raise SandboxError(f"the sandbox failed:\n{how.crash}")
    if how.signal is not None:
        known = how.signal in {known.value for known in signal.Signals}
        name = signal.Signals(how.signal).name if known else f"signal {how.signal}"
        return facts.Died(f"its process was ended by {name}")
    return facts.Died(f"it ended its own process (exit code {how.code})")


def _never_back(since: float, how: ProcessEnd, source: bytes) -> facts.Ending:
    # Which of the two limits a run meets first depends on how busy the machine is, so nothing that
    # is said may tell.
    return facts.Overran(
        f"has not come back to the event loop since {since:g} s: it computed for {CPU_SECONDS} s without "
        f"a pause, or waited {SILENT_SECONDS} s for something outside its world",
        endless_loop(source, how.lines),
        costly=True,
    )


def _measure(error: ErrorTree) -> None:
    """Refuse a tree of errors that no sandbox makes: whoever walks it should come to an end."""
    level, seen = [error], 0
    for _ in range(MAX_ERRORS):
        seen += len(level)
        level = [child for parent in level for child in parent.children]
        if not level or seen > MAX_ERRORS:
            break
    if level:
        raise ProtocolError(f"an error of more than {MAX_ERRORS} errors")


class _Conversation:
    def __init__(
        self,
        services: list[Service],
        plan: Plan,
        start: Start,
        timings: Sequence[Timing],
    ) -> None:
        records = [facts.ActRecord(a.function, tuple(a.arguments)) for a in start.acts]
        self.trace = Trace(start.backend, services, acts=records)
        self.stays = False
        """Whether the process said that it stays for another run."""
        self.left_loop_at = 0.0
        """When the event loop last had something to do again, in virtual seconds."""
        self._services = services
        self._plan = plan
        self._schedule = plan.schedule
        self._strike = start.strike
        self._pause = plan.cancelled_in
        self._is_one_call = start.is_one_call
        self._acts = [_Act(*pair) for pair in zip(records, timings, strict=True)]
        self._now = 0
        self._standstill = Standstill(plan.known.since if plan.known is not None else None)
        self._begin(start.begin)
        self._pending: dict[int, _Pending] = {}
        self._deadlines = 0
        """How many have come since the last reply."""
        self._timers_asked = False
        self._is_livelocked = False
        self._blocked: tuple[LoopBlocked, float, int] | None = None
        self._events = 0
        self._places = 0
        self._printed = 0

    def describe(self, value: Any) -> ServiceSpec:
        """Say what a service in a message looks like; one that is new gets the next number."""
        if not isinstance(value, Service):
            raise NotPlain(type(value).__name__)
        for number, service in enumerate(self._services):
            if service is value:
                return specify(value, number)
        self._services.append(value)
        return specify(value, len(self._services) - 1)

    def hold(self, link: Link) -> None:
        """Play the run to its end, which is raised."""
        until = time.monotonic() + RUN_SECONDS
        for _ in range(MAX_STEPS):
            while True:
                now = time.monotonic()
                if now > until:
                    raise _Over(self._too_long())
                message: FromSandbox = link.receive(now + SILENT_SECONDS)
                if link.received > MAX_RECEIVED:
                    raise _Over(
                        facts.Overran(f"told the checker more than {MAX_RECEIVED >> 20} MiB")
                    )
                for event in message.events:
                    self._hear(event)
                if not isinstance(message, Flush):
                    break
            if not isinstance(message, Idle):
                raise _Over(self._ending(message))
            if link.has_more:
                raise ProtocolError("it spoke again before it was answered")
            link.send(self._answer(message))
            if self._blocked is None:
                self.left_loop_at = seconds(self._now)
        raise _Over(
            facts.Overran(
                f"was still going after {MAX_STEPS:,} steps, "
                f"{seconds(self._now):,.1f} virtual seconds in"
            )
        )

    def _too_long(self) -> facts.Ending:
        return facts.Overran(
            f"was still going after {RUN_SECONDS} s on the real clock, "
            f"{seconds(self._now):,.1f} virtual seconds in",
            costly=True,
        )

    def conclude(self, ending: facts.Ending) -> None:
        trace = self.trace
        trace.ending = ending
        trace.elapsed = seconds(self._now)
        if self._blocked is not None:
            self._unblock()

    # --- what the sandbox says ---

    def _hear(self, event: Event) -> None:
        self._events += 1
        if self._events > MAX_EVENTS:
            raise _Over(
                facts.Overran(f"did more than {MAX_EVENTS:,} things that were worth telling")
            )
        now = seconds(self._now)
        self._standstill.hear(event, self._now)
        match event:
            case Called():
                self._take_call(event)
            case CallCancelled(call):
                pending = self._pending.pop(call, None)
                if pending is None:
                    raise ProtocolError(f"call {call} was cancelled, which was not under way")
                pending.record.outcome = "cancelled"
                self._finish(pending.record)
                if pending.invocation is not None:
                    pending.invocation.cancel()
            case TaskStarted(task, name, parent, line):
                self.trace.tasks[task] = facts.Task(task, name, parent, now, line, self._place())
            case Printed(text):
                self._printed += len(text)
                self.trace.prints.append(facts.Print(_FRAMES_BELOW.sub("", text), now))
                if self._printed > MAX_PRINTED:
                    raise _Over(facts.Overran(f"printed more than {MAX_PRINTED >> 10} KiB"))
            case LoopBlocked():
                if self._blocked is not None:
                    raise ProtocolError("the loop was blocked while it was blocked")
                self._blocked = event, now, self._place()
            case LoopFreed():
                if self._blocked is None:
                    raise ProtocolError("the loop was freed while it was free")
                self._unblock()
            case Warned(text, line):
                self.trace.warnings.append(facts.Warned(text, line, now))
            case ActEnded(act, outcome):
                if act >= len(self._acts) or self._is_one_call:
                    raise ProtocolError(f"there is no act {act} to end")
                self._end_act(self._acts[act], self._act_ending(self._acts[act], outcome))
            case StrikeCame():
                if self._strike is None or not self._acts[self._strike.act].is_under_way:
                    raise ProtocolError("it was cancelled where nobody had cancelled it")
                self._note_cancelled([self._strike.act])
                self._strike = None
            case TaskSteps(count):
                self.trace.task_steps = count
            case _:
                self._hear_watched(event, now)

    def _place(self) -> int:
        """The next place in the order of all that happens."""
        self._places += 1
        return self._places

    def _hear_watched(self, event: Event, now: float) -> None:
        watched = self.trace.watched
        match event:
            case Waiting(task, thread, line, what):
                watched.waits.append(facts.Waited(task, thread, line, what, now, self._place()))
            case Struck(task, line, kind, message):
                watched.struck.append(facts.Struck(task, line, kind, message, now, self._place()))
            case Swallowed(task, line):
                watched.swallowed.append(facts.Swallowed(task, line, now, self._place()))
            case ThreadStarted(thread, name, task):
                watched.threads[thread] = facts.Thread(thread, name, task, now)
            case Ended(task, thread, how, kind, line):
                watched.ended[0 if thread else task, thread] = now
                if how and not thread:
                    watched.endings[task] = facts.TaskEnding(how, kind, line)
            case TimedOut(task, line, since, until):
                limit = facts.TimedOut(task, line, seconds(since), seconds(until), self._place())
                watched.timeouts.append(limit)

    def _unblock(self) -> None:
        assert self._blocked is not None
        event, started, order = self._blocked
        self._blocked = None
        now = seconds(self._now)
        if now > started:
            waiting = tuple(
                call.number
                for call in self.trace.calls
                if call.task != event.task
                and call.thread == 0
                and call.outcome in ("answered", "failed")
                and call.ended is not None
                and started <= call.ended < now
            )
            self.trace.blocked.append(
                facts.Blocked(event.what, event.line, started, now, event.task, order, waiting)
            )

    def _take_call(self, event: Called) -> None:
        if event.call != len(self.trace.calls) + 1:
            raise ProtocolError(f"call {event.call} is not the next one")
        if not 0 <= event.service < len(self._services):
            raise ProtocolError(f"there is no service {event.service}")
        service = self._services[event.service]
        arguments, keywords = plain(event.arguments), plain(event.keywords)
        record = facts.Call(
            event.call,
            service,
            event.service,
            event.method,
            tuple(arguments),
            keywords,
            event.task,
            event.thread,
            event.line,
            started=seconds(self._now),
            order=self._place(),
        )
        self.trace.calls.append(record)
        if len(self._pending) >= MAX_PENDING:
            raise _Over(facts.Overran(f"had more than {MAX_PENDING:,} calls under way at a time"))
        pending = self._pending[event.call] = _Pending(record, None, self._now)
        try:
            pending.invocation = Invocation(service, event.method, arguments, keywords)
            record.given = facts.Given(pending.invocation.given)
            if pending.invocation.latency is None:
                pending.invocation.advance()
        except StopIteration as stop:
            pending.invocation = Settled(stop.value)
        except (NoSuchMethod, *AUTHORS_ERRORS):
            raise
        except Exception as error:
            pending.invocation = Settled(error=error)
        else:
            assert pending.invocation.latency is not None
            pending.due = self._later(pending.invocation.latency)

    def _later(self, latency: float) -> int:
        after = instant(latency)
        if after is None:
            raise ValueError("a service's latency is infinite; use a generator that yields more")
        return self._now + after

    def _ending(self, message: FromSandbox) -> facts.Ending:
        act = self._acts[0] if self._is_one_call else None
        match message:
            case ReturnedMessage(_, value, left, stays):
                self._note_left(left, stays)
                if act is not None:
                    return self._end_act(act, facts.Returned(plain(value)))
                if any(act.ended is None for act in self._acts):
                    raise ProtocolError("it returned before all that it was to do had ended")
                return facts.Returned(None)
            case RaisedMessage(_, error, left, stays):
                self._note_left(left, stays)
                _measure(error)
                ending = facts.Raised(error)
                return ending if act is None else self._end_act(act, ending)
            case Cancelled(_, left, stays) if act is not None and act.cancelled:
                self._note_left(left, stays)
                return self._end_act(act, facts.Stopped())
            case Unusable(_, reason, line):
                return facts.NotRunnable(reason, line)
            case Stuck(_, waits) if self._is_livelocked:
                return self._livelock(tuple(waits))
            case Stuck(_, waits):
                return facts.Deadlocked(tuple(waits))
            case Spinning(_, waits):
                return facts.Spun(tuple(waits))
            case Broken(_, traceback):
                raise SandboxError(f"the sandbox failed:\n{traceback}")
        raise ProtocolError(f"{type(message).__name__} is no end of this run")

    def _act_ending(self, act: _Act, outcome: Outcome) -> facts.ActEnding:
        match outcome:
            case ActReturned(value):
                return facts.Returned(plain(value))
            case ActRaised(error):
                _measure(error)
                return facts.Raised(error)
            case ActCancelled() if act.cancelled:
                return facts.Stopped()
            case ActUnusable(reason, line):
                return facts.NotRunnable(reason, line)
        raise ProtocolError("an act was cancelled that nobody had cancelled")

    def _livelock(self, waits: tuple[Wait, ...]) -> facts.Livelocked:
        still, known = self._standstill, self._plan.known
        since = seconds(still.since)
        steps = known.steps if known is not None and known.since == since else still.timers
        return facts.Livelocked(waits, steps, since)

    def _end_act(self, act: _Act, ending: _ActEnding) -> _ActEnding:
        if not act.is_under_way:
            raise ProtocolError("an act ended that was not under way")
        act.ended = self._now
        act.record.ended = seconds(self._now)
        act.record.ending = ending
        return ending

    def _note_left(self, left: Left, stays: bool) -> None:
        self.stays = stays
        self.trace.tasks_left = tuple(left.tasks)
        self.trace.threads_left = tuple(left.threads)

    # --- what happens next ---

    def _answer(self, message: Idle) -> Resume | Explain:
        if self._timers_asked and self._is_left_alone():
            self._is_livelocked = self._standstill.look_at_timers(message.last_timer, self._now)
            if self._is_livelocked:
                return Explain()
        answer = self._next(message.deadline)
        self._timers_asked = isinstance(answer, Resume) and self._standstill.asks_for_timers
        return msgspec.structs.replace(answer, timers=True) if self._timers_asked else answer

    def _next(self, deadline: int | None) -> Resume | Explain:
        """Let something happen, and more until there is something to tell."""
        if deadline is not None:
            deadline = max(deadline, self._now)
        pause = self._pause
        if pause is not None and pause.number <= self.trace.steps + 1:
            self._pause = None
            if self._acts[pause.act].is_under_way and not self._acts[pause.act].cancelled:
                return self._cancel([pause.act])
        while True:
            enabled = self._enabled(deadline)
            if not enabled:
                return Explain()
            chosen = self._choose(enabled)
            self._now = self._moment(chosen, enabled)
            self._schedule.happened(chosen, self._now)
            self.trace.steps += 1
            if chosen.kind == "begin":
                return self._begin(self._due_acts(self._beginning, chosen.due))
            if chosen.kind == "cancel":
                return self._cancel(self._due_acts(self._cancelling, chosen.due))
            if chosen.kind == "deadline":
                self._deadlines += 1
                self._standstill.timer(self._now)
                return Resume(self._now, [])
            self._deadlines = 0
            together = [chosen.call]
            if not self._schedule.explored:
                together = [e.call for e in enabled if e.kind == "reply" and e.due == chosen.due]
            replies = [reply for call in together if (reply := self._advance(call)) is not None]
            if replies:
                return Resume(self._now, replies)

    def _is_left_alone(self) -> bool:
        """Whether nothing will come from outside but replies to what was called since nothing new has
        happened."""
        since = seconds(self._standstill.since)
        return (
            self._strike is None
            and self._pause is None
            and all(pending.record.started > since for pending in self._pending.values())
            and all(
                self._beginning(act) is None and self._cancelling(act) is None for act in self._acts
            )
        )

    def _begin(self, numbers: list[int]) -> Resume:
        self._standstill.reset(self._now)
        for number in numbers:
            act = self._acts[number]
            act.started = self._now
            act.record.started = seconds(self._now)
        return Resume(self._now, [], begin=numbers)

    def _cancel(self, numbers: list[int]) -> Resume:
        self._standstill.reset(self._now)
        self._note_cancelled(numbers)
        return Resume(self._now, [], cancel=numbers)

    def _note_cancelled(self, numbers: list[int]) -> None:
        for number in numbers:
            self._acts[number].cancelled = True
            self._acts[number].record.cancelled_at = seconds(self._now)
        if self.trace.cancelled_at is None:
            self.trace.cancelled_at = seconds(self._now)
            self.trace.cancelled_order = self._place()

    def _due_acts(self, when: Callable[[_Act], int | None], due: int) -> list[int]:
        return [i for i, act in enumerate(self._acts) if when(act) == due]

    def _beginning(self, act: _Act) -> int | None:
        """When an act begins, as far as that is known."""
        if act.started is not None:
            return None
        if act.timing.after is None:
            return act.timing.at
        ended = self._acts[act.timing.after].ended
        return None if ended is None else max(ended, act.timing.at)

    def _cancelling(self, act: _Act) -> int | None:
        """When an act that is under way is cancelled from outside, if it is to be."""
        if act.started is None or act.ended is not None or act.cancelled:
            return None
        after = act.timing.cancel_after
        return None if after is None else act.started + after

    def _choose(self, enabled: list[Enabled]) -> Enabled:
        if len(enabled) == 1:
            return enabled[0]
        return enabled[self._schedule.choose(enabled)]

    def _enabled(self, deadline: int | None) -> list[Enabled]:
        enabled = []
        for call, pending in self._pending.items():
            record, due = pending.record, max(pending.due, self._now)
            enabled.append(Enabled("reply", due, call, record.task, record.service_number))
        own = [] if deadline is None else [Enabled("deadline", deadline)]
        for act in self._acts:
            if (begins := self._beginning(act)) is not None:
                own.append(Enabled("begin", begins))
            elif (cancelled := self._cancelling(act)) is not None:
                own.append(Enabled("cancel", cancelled))
        # What has its own time waits for no reply: it happens before the first one that is due,
        # unless that may be late.
        soonest = min((e.due for e in own), default=None)
        last = min((reply.due for reply in enabled), default=None)
        may_be_late = self._plan.delays and self._deadlines < PATIENCE
        if soonest is not None and (last is None or soonest <= last or may_be_late):
            enabled += {e.kind: e for e in own if e.due == soonest}.values()
        return sorted(enabled, key=lambda e: e.due)

    def _moment(self, chosen: Enabled, enabled: list[Enabled]) -> int:
        """When the chosen one happens: when it is due, or, if it is a reply that overtakes what comes
        first, a tick from now if there is time for it."""
        if chosen.kind == "reply" and chosen is not enabled[0]:
            return min(self._now + TICK, enabled[0].due)
        return chosen.due

    def _advance(self, call: int) -> Answered | Failed | None:
        """Take `call` one stage further; the reply, if that was the last one."""
        pending = self._pending[call]
        assert pending.invocation is not None
        reply: Answered | Failed
        try:
            if call == self._plan.failing and self._plan.failure is not None:
                pending.invocation.cancel()
                raise self._plan.failure
            pending.invocation.advance()
        except StopIteration as stop:
            pending.record.outcome = "answered"
            value = stop.value
        except AUTHORS_ERRORS:
            raise
        except Exception as error:
            pending.record.outcome = "failed"
            reply = Failed(call, error_name(error), shortened(error_text(error)))
            pending.record.reply = f"{reply.kind}: {reply.message}"
        else:
            assert pending.invocation.latency is not None
            pending.due = self._later(pending.invocation.latency)
            self._standstill.reset(self._now)
            return None
        if pending.record.outcome == "answered":
            pending.record.reply = value
            try:
                reply = Answered(call, plain(value, besides=Service))
            except NotPlain as not_plain:
                raise TypeError(f"a service replied with {not_plain}") from None
        record = pending.record
        given = (record.line, record.arguments, record.keywords)
        self._standstill.replied(record.service, record.method, given, record.reply, self._now)
        self._finish(record)
        del self._pending[call]
        return reply

    def _finish(self, call: facts.Call) -> None:
        call.ended = seconds(self._now)
        call.ended_order = self._place()
