"""One run: the judge's half of the conversation with a process, from its start to its end.

The judge hears what the submission did until it could do no more, and answers with what happens next
in its world, as the simulation of that has it. It believes nothing: whatever does not fit what went
before, is too much or takes too long ends the run. If the process dies, the judge finds out how.
"""

import re
import signal
import time
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from checker.judge import trace as facts
from checker.judge.acts import Timing
from checker.judge.launch import ProcessEnd, Program, Sandbox, SandboxError
from checker.judge.loops import endless_loop
from checker.judge.scheduler import Plan
from checker.judge.service import NoSuchMethod, Service
from checker.judge.simulation import RunOver, Simulation
from checker.judge.trace import Trace, seconds
from checker.translation import _
from checker_sandbox.wire.limits import CPU_SECONDS, RUN_SECONDS, SILENT_SECONDS, TOTAL_SECONDS
from checker_sandbox.wire.link import Closed, Link, Overdue, ProtocolError
from checker_sandbox.wire.messages import (
    ActEnded,
    Broken,
    CallCancelled,
    Called,
    Ended,
    ErrorTree,
    Event,
    Explained,
    Flush,
    FromSandbox,
    Idle,
    Left,
    LoopBlocked,
    LoopFreed,
    Primitives,
    Printed,
    RunEnded,
    Stands,
    Start,
    StrikeCame,
    Struck,
    Swallowed,
    TaskStarted,
    TaskSteps,
    ThreadStarted,
    TimedOut,
    Waiting,
    Warned,
    Woken,
)
from checker_sandbox.wire.plain import NotPlain, plain

MAX_STEPS: Final = 4_000
"""How often the clock may move in one run."""

MAX_EVENTS: Final = 100_000
MAX_PRINTED: Final = 1 << 18
MAX_RECEIVED: Final = 1 << 22
MAX_ERRORS: Final = 200

# What a traceback that a submission prints says of the code below it: that of the sandbox, of the
# libraries and of Python itself. It means nothing to a learner, and differs between machines.
_FRAMES_BELOW: Final = re.compile(
    # Looks ahead, which is not tried again: otherwise a long line takes the square of its length.
    r'^([ |]*)File "(?=[^"\n]*(?:checker_sandbox|site-packages|/lib/python))[^"\n]*", line \d+.*\n'
    r"(?:\1  .*\n)*",
    re.MULTILINE,
)


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
    link = sandbox.start(conversation.world.describe, fresh=not start.stay or retried)
    ended = False
    try:
        # A process that has been tampered with may never read what it is sent.
        link.socket.settimeout(SILENT_SECONDS)
        link.send(start)
        if not sandbox.has_started():
            raise Closed
        conversation.hold(link)
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
            _(
                "it was killed (SIGKILL), as is whatever computes for more than {limit} s in all",
                limit=TOTAL_SECONDS,
            ),
            endless_loop(source, how.lines),
            costly=True,
        )
    if how.crash:
        raise SandboxError(_sandbox_failed(how.crash))
    if how.signal is not None:
        known = how.signal in {known.value for known in signal.Signals}
        name = signal.Signals(how.signal).name if known else _("signal {number}", number=how.signal)
        return facts.Died(_("its process was ended by {signal}", signal=name))
    return facts.Died(_("it ended its own process (exit code {code})", code=how.code))


def _sandbox_failed(crash: str) -> str:
    return _("the sandbox failed:\n{crash}", crash=crash)


def _never_back(since: float, how: ProcessEnd, source: bytes) -> facts.Ending:
    # Which of the two limits a run meets first depends on how busy the machine is, so nothing that
    # is said may tell.
    return facts.Overran(
        _(
            "it has not come back to the event loop since {since:g} s: it computed for {computing} s without "
            "a pause, or waited {silent} s for something outside its world",
            since=since,
            computing=CPU_SECONDS,
            silent=SILENT_SECONDS,
        ),
        endless_loop(source, how.lines),
        costly=True,
    )


_Said = TypeVar("_Said", bound=facts.ActEnding | facts.Spun)


def _believed(ending: _Said, *, cancelled: bool) -> _Said:
    """An ending as a sandbox may tell it. Raises `ProtocolError` and `NotPlain`."""
    match ending:
        case facts.Returned(value):
            return msgspec.structs.replace(ending, value=plain(value))
        case facts.Raised(error):
            _measure(error)
        case facts.Stopped() if not cancelled:
            raise ProtocolError("it was cancelled where nobody had cancelled it")
    return ending


def _measure(error: ErrorTree) -> None:
    """Refuse a tree of errors that no sandbox makes: whoever walks it should come to an end."""
    level, seen = [error], 0
    for _level in range(MAX_ERRORS):
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
        self.world = Simulation(self.trace, services, plan, start, timings)
        self._is_one_call = start.is_one_call
        if start.picture:
            self.trace.watched.picture = facts.Picture()
        self._blocked: tuple[LoopBlocked, float, int] | None = None
        self._events = 0
        self._printed = 0

    def hold(self, link: Link) -> None:
        """Play the run to its end, which is raised."""
        until = time.monotonic() + RUN_SECONDS
        self.world.look_at_services()
        for _step in range(MAX_STEPS):
            while True:
                now = time.monotonic()
                if now > until:
                    raise RunOver(self._too_long())
                message: FromSandbox = link.receive(now + SILENT_SECONDS)
                if link.received > MAX_RECEIVED:
                    raise RunOver(
                        facts.Overran(
                            _("it sent the checker more than {limit} MiB", limit=MAX_RECEIVED >> 20)
                        )
                    )
                for event in message.events:
                    self._hear(event)
                if not isinstance(message, Flush):
                    break
            self._look()
            if not isinstance(message, Idle):
                raise RunOver(self._ending(message))
            if link.has_more:
                raise ProtocolError("it spoke again before it was answered")
            link.send(self.world.answer(message))
            if self._blocked is None:
                self.left_loop_at = seconds(self.world.now)
        raise RunOver(
            facts.Overran(
                _(
                    "it was still going after {steps:,} steps, {elapsed:,.1f} virtual seconds in",
                    steps=MAX_STEPS,
                    elapsed=seconds(self.world.now),
                ),
                endless=True,
            )
        )

    def _too_long(self) -> facts.Ending:
        return facts.Overran(
            _(
                "it was still going after {limit} s on the real clock, {elapsed:,.1f} virtual seconds in",
                limit=RUN_SECONDS,
                elapsed=seconds(self.world.now),
            ),
            costly=True,
        )

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
            raise RunOver(
                facts.Overran(
                    _("it did more than {limit:,} things worth recording", limit=MAX_EVENTS)
                )
            )
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
                self._printed += len(text)
                self.trace.prints.append(facts.Printed(_FRAMES_BELOW.sub("", text), now))
                if self._printed > MAX_PRINTED:
                    raise RunOver(
                        facts.Overran(
                            _("it printed more than {limit} KiB", limit=MAX_PRINTED >> 10)
                        )
                    )
            case LoopBlocked():
                if self._blocked is not None:
                    raise ProtocolError("the loop was blocked while it was blocked")
                self._blocked = event, now, self.world.place()
            case LoopFreed():
                if self._blocked is None:
                    raise ProtocolError("the loop was freed while it was free")
                self._unblock()
            case Warned(text, line):
                self.trace.warnings.append(facts.Warned(text, line, now))
            case ActEnded(act, ending):
                if act >= len(self.trace.acts) or self._is_one_call:
                    raise ProtocolError(f"there is no act {act} to end")
                self.world.end_act(act, _believed(ending, cancelled=self.world.was_cancelled(act)))
            case StrikeCame():
                self.world.strike()
            case TaskSteps(count):
                self.trace.task_steps = count
            case _:
                self._hear_watched(event, now)

    def _hear_watched(self, event: Event, now: float) -> None:
        watched = self.trace.watched
        match event:
            case Waiting(task, thread, line, what):
                watched.waits.append(
                    facts.Waited(task, thread, line, what, now, self.world.place())
                )
            case Struck(task, line, kind, message):
                watched.struck.append(
                    facts.Struck(task, line, kind, message, now, self.world.place())
                )
            case Swallowed(task, line):
                watched.swallowed.append(facts.Swallowed(task, line, now, self.world.place()))
            case ThreadStarted(thread, name, task):
                watched.threads[thread] = facts.Thread(thread, name, task, now)
            case Ended(task, thread, how, kind, line):
                watched.ended[0 if thread else task, thread] = now
                if how and not thread:
                    watched.endings[task] = facts.TaskEnding(how, kind, line)
                if watched.picture is not None:
                    key = (0, thread) if thread else (task, 0)
                    watched.picture.left.append((self.world.place(), key))
            case TimedOut(task, line, since, until):
                limit = facts.TimedOut(
                    task, line, seconds(since), seconds(until), self.world.place()
                )
                watched.timeouts.append(limit)
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
        ending = _believed(said, cancelled=self._is_one_call and self.world.was_cancelled(0))
        match ending:
            case facts.Returned() | facts.Raised() | facts.Stopped() if self._is_one_call:
                self.world.end_act(0, ending)
            case facts.Returned() if not self.world.have_all_ended:
                raise ProtocolError("it returned before all that it was to do had ended")
            case facts.Returned():
                return facts.Returned(None)
        return ending

    def _note_left(self, left: Left, stays: bool) -> None:
        self.stays = stays
        self.trace.tasks_left = tuple(left.tasks)
        self.trace.threads_left = tuple(left.threads)
