"""One run: the judge's half of the conversation with a process, from its start to its end.

The judge hears what the submission did until it could do no more, and answers with what happens next
in its world, as the simulation of that has it. It believes nothing: a message that no honest sandbox
sends (see `checker/judge/honesty.py`), that is too large or that comes too late ends the run. If the
process dies, the judge finds out how.
"""

import re
import signal
import time
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec

from checker.judge import trace as facts
from checker.judge.acts import Timing
from checker.judge.budget import Budget
from checker.judge.honesty import Honesty
from checker.judge.launch import ProcessEnd, Program, Sandbox, SandboxError
from checker.judge.loops import endless_loop
from checker.judge.scheduler import Plan
from checker.judge.service import NoSuchMethod, Service
from checker.judge.simulation import RunOver, Simulation
from checker.judge.trace import Trace, seconds
from checker.translation import _
from checker_sandbox.wire.limits import (
    MAX_EVENTS,
    MAX_PRINTED,
    MAX_STEPS,
    MAX_TOLD,
    RUN_SECONDS,
    SILENT_SECONDS,
)
from checker_sandbox.wire.link import Closed, Link, Overdue, ProtocolError
from checker_sandbox.wire.messages import (
    ActEnded,
    Broken,
    CallCancelled,
    Called,
    CancelCalled,
    Ended,
    Event,
    Explained,
    Flush,
    FromSandbox,
    Idle,
    Left,
    LoopBlocked,
    LoopFreed,
    PassedBy,
    Primitives,
    Printed,
    Resume,
    RunEnded,
    ServiceSpec,
    Stands,
    Start,
    StreamLeft,
    StrikeCame,
    Struck,
    Swallowed,
    TaskStarted,
    TaskSteps,
    ThreadStarted,
    TimedOut,
    Unshared,
    Waiting,
    Warned,
    Woken,
)
from checker_sandbox.wire.plain import NotPlain, plain

LOOK: Final = 1 / 8
"""What it counts, in steps, if a task waits for all others to be blocked, and they are."""

MAX_KEPT_WAITING: Final = 1_000
"""How many calls are looked at for those whose replies came while the loop was blocked."""

# The line of a traceback that names a file: that of the sandbox, of the libraries or of Python itself means
# nothing to a learner, and differs between machines. It takes one line of limited length at a time, and no two
# repetitions of it can share a character: what it takes grows with the line and no faster.
_FRAME: Final = re.compile(r'([ |]*)File "([^"]*)", line \d')
MAX_FRAME_LINE: Final = 4_000
_BELOW: Final = ("checker_sandbox", "site-packages", "/lib/python")


def _without_frames_below(text: str) -> str:
    """A text that was printed, without the frames of tracebacks that are below the learner's code."""
    if 'File "' not in text:
        return text
    kept: list[str] = []
    margin: str | None = None
    for line in text.split("\n"):
        # What belongs to a frame stands below it, deeper than it.
        if margin is not None and line.startswith(f"{margin}  "):
            continue
        margin = None
        found = _FRAME.match(line) if len(line) <= MAX_FRAME_LINE else None
        if found is not None and any(name in found[2] for name in _BELOW):
            margin = found[1]
        else:
            kept.append(line)
    return "\n".join(kept)


def converse(
    sandbox: Sandbox,
    start: Start,
    program: Program,
    services: list[Service],
    plan: Plan,
    timings: Sequence[Timing] = (Timing(),),
    *,
    budget: Budget | None = None,
    retried: bool = False,
) -> Trace:
    """Run what `start` says of `program` against `services` and return what was seen. `timings` says
    for each of its acts when that begins and is cancelled.

    Where `start` lets the process stay, it may be one that stayed after an earlier run.
    Raises `SandboxError` if the machine, and not the submission, is at fault.
    """
    if sandbox.has_sealed_runs:
        start = msgspec.structs.replace(start, stay=False)
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
        conversation.hold(link, budget)
    except RunOver as over:
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
            return converse(
                sandbox, start, program, services, plan, timings, budget=budget, retried=True
            )
        if isinstance(reason, Overdue) or how.signal == signal.SIGXCPU:
            conversation.conclude(_never_back(conversation.left_loop_at, how, program.source))
        else:
            conversation.conclude(_how_it_died(how, program.source))
    except (ProtocolError, NotPlain, NoSuchMethod) as error:
        conversation.conclude(_misbehaved(error))
    finally:
        if budget is not None:
            budget.hear(link.told)
        if not ended:
            sandbox.end()
        if not sandbox.stays:
            link.socket.close()
    return conversation.trace


def _misbehaved(error: ProtocolError | NotPlain | NoSuchMethod) -> facts.Misbehaved:
    match error:
        case NoSuchMethod():
            return facts.Misbehaved("method", str(error))
        case NotPlain():
            return facts.Misbehaved("value", str(error))
    return facts.Misbehaved("message", str(error))


def _how_it_died(how: ProcessEnd, source: bytes) -> facts.Ending:
    if how.signal == signal.SIGKILL:
        return facts.Overran("killed", endless_loop(source, how.lines))
    if how.crash:
        raise SandboxError(_sandbox_failed(how.crash))
    return facts.Died(how.signal, how.code)


def _sandbox_failed(crash: str) -> str:
    return _("the sandbox failed:\n{crash}", crash=crash)


def _never_back(since: float, how: ProcessEnd, source: bytes) -> facts.Ending:
    # Which of the two limits a run meets first depends on how busy the machine is, so nothing that
    # is said may tell.
    return facts.Overran("silent", endless_loop(source, how.lines), since)


_Said = TypeVar("_Said", bound=facts.ActEnding | facts.Spun)


def _as_plain(ending: _Said) -> _Said:
    """An ending with a value that is plain data. Raises `NotPlain`."""
    if isinstance(ending, facts.Returned):
        return msgspec.structs.replace(ending, value=plain(ending.value))
    return ending


class _Conversation:
    def __init__(
        self,
        services: list[Service],
        plan: Plan,
        start: Start,
        timings: Sequence[Timing],
    ) -> None:
        records = [
            facts.ActRecord(a.function, tuple(a.arguments), object=a.object) for a in start.acts
        ]
        self.trace = Trace(start.backend, services, acts=records)
        self.stays = False
        """Whether the process said that it stays for another run."""
        self.left_loop_at = 0.0
        """When the event loop last had something to do again, in virtual seconds."""
        self.world = Simulation(self.trace, services, plan, start, timings)
        self._honesty = Honesty(start, services)
        self._threads: dict[int, facts.Thread] = {}
        self._is_one_call = start.is_one_call
        if start.picture:
            self.trace.watched.picture = facts.Picture()
        self._blocked: tuple[LoopBlocked, float, int] | None = None
        self._events = 0
        self._printed = 0

    def describe(self, value: Any) -> ServiceSpec:
        """Say what a service in a message looks like."""
        spec = self.world.describe(value)
        self._honesty.introduce(spec.number)
        return spec

    def hold(self, link: Link, budget: Budget | None) -> None:
        """Play the run to its end, which is raised."""
        until = time.monotonic() + RUN_SECONDS
        self.world.look_at_services()
        spent = 0.0
        while spent < MAX_STEPS:
            while True:
                now = time.monotonic()
                if now > until:
                    raise RunOver(facts.Overran("time", at=seconds(self.world.now)))
                if budget is not None and (limit := budget.spent) is not None:
                    raise RunOver(facts.Overran(limit))
                message: FromSandbox = link.receive(now + SILENT_SECONDS)
                if link.told > MAX_TOLD:
                    raise RunOver(facts.Overran("told"))
                for event in message.events:
                    self._hear(event)
                self._honesty.conclude(message)
                if not isinstance(message, Flush):
                    break
            self._look()
            if not isinstance(message, Idle):
                raise RunOver(self._ending(message))
            if link.has_more:
                raise ProtocolError(_("it spoke again before it was answered"))
            answer = self.world.answer(message)
            self._honesty.answer(answer)
            link.send(answer)
            # To look whether anything is still to come changes nothing, and a test does it again and again.
            is_look = message.asks_for_now and isinstance(answer, Resume) and not answer.replies
            spent += LOOK if is_look else 1
            if self._blocked is None:
                self.left_loop_at = seconds(self.world.now)
        raise RunOver(facts.Overran("steps", at=seconds(self.world.now)))

    def conclude(self, ending: facts.Ending) -> None:
        trace = self.trace
        trace.ending = ending
        trace.elapsed = seconds(self.world.now)
        if self._blocked is not None:
            self._unblock()

    # --- what a picture needs ---

    def _look(self) -> None:
        """Nothing can run: what was told until now became so together."""
        if (picture := self.trace.watched.picture) is not None:
            self.world.look_at_services()
            picture.looks.append(self.world.place())

    # --- what the sandbox says ---

    def _hear(self, event: Event) -> None:
        self._events += 1
        if self._events > MAX_EVENTS:
            raise RunOver(facts.Overran("events"))
        self._honesty.hear(event)
        now = seconds(self.world.now)
        self.world.notice(event)
        match event:
            case Called():
                self.world.call(event)
            case CallCancelled(call):
                self.world.cancel_call(call)
            case TaskStarted(task, name, parent, line):
                self.trace.tasks[task] = facts.Task(
                    task, name, parent, now, line, self.world.place()
                )
            case Printed(text):
                # What is too much is not looked through.
                text = text[: MAX_PRINTED + 1 - self._printed]
                self._printed += len(text)
                self.trace.prints.append(facts.Printed(_without_frames_below(text), now))
                if self._printed > MAX_PRINTED:
                    raise RunOver(facts.Overran("printed"))
            case LoopBlocked():
                self._blocked = event, now, self.world.place()
            case LoopFreed():
                self._unblock()
            case Warned(text, line):
                self.trace.warnings.append(facts.Warned(text, line, now))
            case ActEnded(act, ending):
                self.world.end_act(act, _as_plain(ending))
            case StreamLeft(stream, items, senders, receivers):
                self.trace.streams[stream] = facts.StreamState(items, senders, receivers)
            case StrikeCame():
                self.world.strike()
            case TaskSteps(count):
                self.trace.task_steps = count
                self.trace.steps_by.append((count, now))
            case ThreadStarted(thread, name, task):
                self._threads[thread] = facts.Thread(thread, name, task, now)
            case _:
                self._hear_watched(event, now)

    def _hear_watched(self, event: Event, now: float) -> None:
        watched = self.trace.watched
        match event:
            case Waiting(task, thread, line, what):
                if thread:
                    # One that never had to wait is of no interest to anybody who looks.
                    watched.threads.setdefault(thread, self._threads[thread])
                watched.waits.append(
                    facts.Waited(task, thread, line, what, now, self.world.place())
                )
            case Struck(task, line, kind, message):
                watched.struck.append(
                    facts.Struck(task, line, kind, message, now, self.world.place())
                )
            case Swallowed(task, line):
                watched.swallowed.append(facts.Swallowed(task, line, now, self.world.place()))
            case PassedBy(task, line):
                watched.passed_by.append(facts.PassedBy(task, line, now, self.world.place()))
            case Ended(task, thread, how, kind, line):
                watched.ended[0 if thread else task, thread] = now
                if how and not thread:
                    watched.endings[task] = facts.TaskEnding(how, kind, line)
                if watched.picture is not None:
                    key = (0, thread) if thread else (task, 0)
                    watched.picture.left.append((self.world.place(), key))
            case TimedOut(task, line, since, set_at, until):
                limit = facts.TimedOut(
                    task, line, seconds(since), seconds(set_at), seconds(until), self.world.place()
                )
                watched.timeouts.append(limit)
            case CancelCalled(task, line):
                watched.cancels.append(facts.CancelCalled(task, line, now, self.world.place()))
            case Unshared(task, kind, line):
                watched.unshared.append(facts.Unshared(task, kind, line))
            case _ if watched.picture is not None:
                self._hear_pictured(event, watched.picture, now)

    def _hear_pictured(self, event: Event, picture: facts.Picture, now: float) -> None:
        match event:
            case Stands(task, thread, line, callers, what, values):
                place = self.world.place()
                picture.stood.append(facts.Stood(task, thread, line, callers, what, values, place))
            case Primitives(primitives):
                picture.primitives.append((self.world.place(), primitives))
            case Woken(task, by):
                picture.wakes.append(facts.Woke(task, by, now, self.world.place()))

    def _unblock(self) -> None:
        assert self._blocked is not None
        event, started, order = self._blocked
        self._blocked = None
        now = seconds(self.world.now)
        if now > started:
            waiting = tuple(
                call.number
                for call in self.trace.calls[-MAX_KEPT_WAITING:]
                if call.task != event.task
                and call.thread == 0
                and call.outcome in ("answered", "failed")
                and call.ended is not None
                and started <= call.ended < now
            )
            self.trace.blocked.append(
                facts.Blocked(event.what, event.line, started, now, event.task, order, waiting)
            )

    def _ending(self, message: RunEnded | Explained | Broken) -> facts.Ending:
        match message:
            case RunEnded(_, ending, left, stays):
                self._note_left(left, stays)
                return self._run_ending(ending)
            case Explained(_, waits):
                return self.world.stuck(waits)
            case Broken(_, traceback):
                raise SandboxError(_sandbox_failed(traceback))

    def _run_ending(self, said: facts.ActEnding | facts.Spun) -> facts.Ending:
        ending = _as_plain(said)
        match ending:
            case facts.Returned() | facts.Raised() | facts.Stopped() if self._is_one_call:
                self.world.end_act(0, ending)
            case facts.Returned():
                return facts.Returned(None)
        return ending

    def _note_left(self, left: Left, stays: bool) -> None:
        self.stays = stays
        self.trace.tasks_left = tuple(left.tasks)
        self.trace.threads_left = tuple(left.threads)
