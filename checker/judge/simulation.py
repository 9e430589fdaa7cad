"""The world of one run, as a discrete-event simulation.

Calls are under way, acts are to begin or to be cancelled, the program waits for a deadline: whatever
may happen next is *enabled*. The scheduler picks one of these, the clock jumps there, and the answer
says what the submission has to hear of it. Nothing here knows how the submission is reached.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from checker.judge import trace as facts
from checker.judge.acts import Timing
from checker.judge.livelock import Recurrence, Standstill
from checker.judge.scheduler import Enabled, Plan
from checker.judge.service import (
    AUTHORS_ERRORS,
    Invocation,
    NoSuchMethod,
    Service,
    Settled,
    specify,
    state,
)
from checker.judge.trace import Happening, Trace, seconds
from checker_sandbox.wire.limits import MAX_PENDING
from checker_sandbox.wire.messages import (
    Answered,
    Called,
    Event,
    Explain,
    Failed,
    Idle,
    Resume,
    ServiceSpec,
    Start,
    instant,
)
from checker_sandbox.wire.plain import NotPlain, plain

TICK: Final = 1_000_000
"""How long a reply takes that overtakes others, in nanoseconds of virtual time."""

MAX_LOOKS: Final = 2_000
"""How often a picture says that services hold something else."""

MAX_SERVICES: Final = 60
"""Of how many services a picture says what they hold."""

PATIENCE: Final = 10
"""How many deadlines in a row may come before a reply that is late. A program that looks every now
and then would otherwise do so for ever, and be told that it never ends."""


class RunOver(Exception):
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

    @property
    def is_held(self) -> bool:
        """Whether it waits for something else to happen, whatever the time."""
        return self.invocation is not None and self.invocation.is_held


class Simulation:
    """What happens in the world of `trace`. It is told only of what an honest sandbox says: see
    `checker/judge/honesty.py`."""

    def __init__(
        self,
        trace: Trace,
        services: list[Service],
        plan: Plan,
        start: Start,
        timings: Sequence[Timing],
    ) -> None:
        self.now = 0
        """The time, in nanoseconds of virtual time since the run began."""
        self._trace = trace
        self._services = services
        self._plan = plan
        self._scheduler = plan.scheduler
        self._strike = start.strike
        self._pause = plan.cancelled_in
        self._acts = [_Act(*pair) for pair in zip(trace.acts, timings, strict=True)]
        self._standstill = Standstill(plan.known.since if plan.known is not None else None)
        self._recurrence = Recurrence()
        self._begin(start.begin)
        self._pending: dict[int, _Pending] = {}
        self._deadlines = 0
        """How many have come since the last reply."""
        self._timers_asked = False
        self._is_livelocked = False
        self._stopped_at: tuple[Happening, ...] | None = None
        """What may happen next where the run was stopped, for somebody to look at."""
        self._recurs = False
        self._places = 0

    def describe(self, value: Any) -> ServiceSpec:
        """Say what a service in a message looks like; one that is new gets the next number."""
        if not isinstance(value, Service):
            raise NotPlain(type(value).__name__)
        for number, service in enumerate(self._services):
            if service is value:
                return specify(value, number)
        self._services.append(value)
        return specify(value, len(self._services) - 1)

    # --- what the submission did ---

    def place(self) -> int:
        """The next place in the order of all that happens."""
        self._places += 1
        return self._places

    def notice(self, event: Event) -> None:
        """Something happened, which may be new."""
        self._standstill.hear(event, self.now)

    def call(self, event: Called) -> None:
        """A service was called."""
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
            started=seconds(self.now),
            order=self.place(),
        )
        self._trace.calls.append(record)
        if len(self._pending) >= MAX_PENDING:
            raise RunOver(facts.Overran("calls"))
        pending = self._pending[event.call] = _Pending(record, None, self.now)
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
        return self.now + after

    def cancel_call(self, call: int) -> None:
        """Whoever waited for this call was cancelled."""
        pending = self._pending.pop(call)
        pending.record.outcome = "cancelled"
        self._finish(pending.record)
        if pending.invocation is not None:
            pending.invocation.cancel()

    def strike(self) -> None:
        """The act was cancelled that was to be, between two steps of the tasks."""
        assert self._strike is not None
        self._note_cancelled([self._strike.act])
        self._strike = None

    def end_act(self, number: int, ending: facts.ActEnding) -> None:
        """An act came to its end."""
        act = self._acts[number]
        act.ended = self.now
        act.record.ended = seconds(self.now)
        act.record.ending = ending

    def stuck(
        self, waits: tuple[facts.Wait, ...]
    ) -> facts.Deadlocked | facts.Livelocked | facts.Paused:
        """How a run ended in which nobody goes on from these `waits`."""
        if self._stopped_at is not None:
            return facts.Paused(waits, self._stopped_at)
        if self._recurs:
            again = self._recurrence
            return facts.Livelocked(waits, again.steps, seconds(again.since), seconds(self.now))
        if self._is_livelocked:
            still, known = self._standstill, self._plan.known
            since = seconds(still.since)
            steps = known.steps if known is not None and known.since == since else still.timers
            return facts.Livelocked(waits, steps, since)
        return facts.Deadlocked(waits)

    def look_at_services(self) -> None:
        """Keep what each service holds now, if the run is pictured and it is something else."""
        picture = self._trace.watched.picture
        if picture is None or len(picture.services) > MAX_LOOKS:
            return
        before = picture.services[-1][1] if picture.services else ()
        now = tuple(
            facts.ServiceState(number, state(service))
            for number, service in enumerate(self._services[:MAX_SERVICES])
        )
        if now != before:
            # What is as it was is kept once.
            known = dict(zip(before, before, strict=True))
            now = tuple(known.get(each, each) for each in now)
            picture.services.append((self.place(), now))

    # --- what happens next ---

    def answer(self, message: Idle) -> Resume | Explain:
        """Let something happen, and say what the submission has to hear of it."""
        if message.asks_for_now:
            answer = self._happen(None, now_only=True)
        elif self._goes_on_for_ever(message):
            answer = Explain()
        else:
            answer = self._strike_between() or self._happen(message.deadline)
            self._timers_asked = self._standstill.asks_for_timers
        if isinstance(answer, Resume) and (self._timers_asked or self._recurrence.asks):
            return msgspec.structs.replace(
                answer, timers=self._timers_asked, memory=self._recurrence.asks
            )
        return answer

    def _goes_on_for_ever(self, message: Idle) -> bool:
        """Whether the program has come round to where it was, and nothing will change that."""
        if self._timers_asked and self._is_left_alone():
            self._is_livelocked = self._standstill.look_at_timers(message.last_timer, self.now)
            if self._is_livelocked:
                return True
        outline = (
            len(self._pending),
            None if message.deadline is None else message.deadline - self.now,
            min(self._deadlines, PATIENCE) if self._plan.delays else 0,
        )
        self._recurs = self._recurrence.look(outline, self._state, message.memory, self.now)
        return self._recurs

    def _state(self) -> bytes | None:
        """All that decides what this world will do, but for the program; None if nobody knows."""
        if not self._will_do_nothing_more():
            return None
        under_way = []
        for pending in self._pending.values():
            if pending.invocation is None or pending.invocation.has_stages:
                return None
            call = pending.record
            given = (call.service_number, call.method, call.arguments, call.keywords)
            under_way.append((given, pending.due - self.now))
        try:
            return msgspec.msgpack.encode(
                (under_way, [vars(service) for service in self._services]), enc_hook=self._number
            )
        except (TypeError, ValueError, OverflowError, RecursionError):
            return None

    def _number(self, value: object) -> object:
        """What stands for a service in the state of another one."""
        for number, service in enumerate(self._services):
            if service is value:
                return msgspec.msgpack.Ext(1, number.to_bytes(4))
        raise TypeError

    def _will_do_nothing_more(self) -> bool:
        """Whether nothing is still planned that comes from outside."""
        failing = self._plan.failing
        return (
            self._strike is None
            and self._pause is None
            and (failing is None or failing <= len(self._trace.calls))
            and all(
                self._beginning(act) is None and self._cancelling(act) is None for act in self._acts
            )
        )

    def _strike_between(self) -> Resume | None:
        """Cancel the act that is to be cancelled before the next step, if it is under way."""
        pause = self._pause
        if pause is None or pause.number > self._trace.steps + 1:
            return None
        self._pause = None
        act = self._acts[pause.act]
        return self._cancel([pause.act]) if act.is_under_way and not act.cancelled else None

    def _happen(self, deadline: int | None, *, now_only: bool = False) -> Resume | Explain:
        """Let something happen, and more until there is something to tell; if `now_only`, no more than
        replies of this very instant."""
        if deadline is not None:
            deadline = max(deadline, self.now)
        while True:
            enabled = self._enabled(deadline)
            if now_only:
                enabled = [e for e in enabled if e.kind == "reply" and e.due == self.now]
                if not enabled:
                    return Resume(self.now, [])
            if not enabled:
                return Explain()
            if self._plan.stop == self._trace.steps + 1:
                self._stopped_at = tuple(
                    Happening(e.kind, e.due, (e.call,) if e.call else ()) for e in enabled
                )
                return Explain()
            chosen = self._choose(enabled)
            self.now = self._moment(chosen, enabled)
            self._scheduler.happened(chosen, self.now)
            together = [chosen.call] if chosen.call else []
            if chosen.kind == "reply" and not self._scheduler.explored:
                together = [e.call for e in enabled if e.kind == "reply" and e.due == chosen.due]
            self._trace.happened.append(
                Happening(chosen.kind, self.now, tuple(together), self.place(), len(enabled))
            )
            if chosen.kind == "begin":
                return self._begin(self._due_acts(self._beginning, chosen.due))
            if chosen.kind == "cancel":
                return self._cancel(self._due_acts(self._cancelling, chosen.due))
            if chosen.kind == "deadline":
                self._deadlines += 1
                self._standstill.timer(self.now)
                return Resume(self.now, [])
            self._deadlines = 0
            replies = [reply for call in together if (reply := self._advance(call)) is not None]
            if replies:
                # In an explored order a deadline that may come first does so in another one.
                is_tie = deadline == self.now and not self._scheduler.explored
                return Resume(self.now, replies, lag=self._plan.lag() if is_tie else 0)

    def _is_left_alone(self) -> bool:
        """Whether nothing will come from outside but replies to what was called since nothing new has
        happened."""
        since = seconds(self._standstill.since)
        return self._will_do_nothing_more() and all(
            pending.record.started > since for pending in self._pending.values()
        )

    def _begin(self, numbers: list[int]) -> Resume:
        self._standstill.reset(self.now)
        for number in numbers:
            act = self._acts[number]
            act.started = self.now
            act.record.started = seconds(self.now)
        return Resume(self.now, [], begin=numbers)

    def _cancel(self, numbers: list[int]) -> Resume:
        self._standstill.reset(self.now)
        self._note_cancelled(numbers)
        return Resume(self.now, [], cancel=numbers)

    def _note_cancelled(self, numbers: list[int]) -> None:
        for number in numbers:
            self._acts[number].cancelled = True
            self._acts[number].record.cancelled_at = seconds(self.now)
            self._acts[number].record.cancelled_order = self.place()
        if self._trace.cancelled_at is None:
            self._trace.cancelled_at = seconds(self.now)
            self._trace.cancelled_order = self.place()

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
        if self._scheduler.explored:
            self._recurrence.forget()
        return enabled[self._scheduler.choose(enabled)]

    def _enabled(self, deadline: int | None) -> list[Enabled]:
        enabled = []
        for call, pending in self._pending.items():
            if pending.is_held:
                continue
            record, due = pending.record, max(pending.due, self.now)
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
            return min(self.now + TICK, enabled[0].due)
        return chosen.due

    def _advance(self, call: int) -> Answered | Failed | None:
        """Take `call` one stage further; the reply, if that was the last one."""
        pending = self._pending[call]
        if pending.is_held:  # Another one of the same instant has seen to that.
            return None
        assert pending.invocation is not None
        reply: Answered | Failed
        is_at_end = False
        try:
            if call == self._plan.failing and self._plan.failure is not None:
                pending.invocation.cancel()
                raise self._plan.failure
            pending.invocation.advance()
        except StopIteration as stop:
            pending.record.outcome = "answered"
            value = stop.value
        except StopAsyncIteration:
            # What `__anext__` says at the end of its items is no failure.
            pending.record.outcome = "answered"
            value, is_at_end = None, True
        except AUTHORS_ERRORS:
            raise
        except Exception as error:
            pending.record.outcome = "failed"
            failure = pending.record.failure = facts.Failure.of(error)
            reply = Failed(call, failure.kind, failure.message)
            # Checks raise the same exception in many worlds. It would hold on to the frames of all of them.
            error.__traceback__ = error.__context__ = None
        else:
            assert pending.invocation.latency is not None
            pending.due = self._later(pending.invocation.latency)
            self._standstill.reset(self.now)
            return None
        if pending.record.outcome == "answered":
            pending.record.reply = value
            try:
                reply = Answered(call, plain(value, besides=Service))
            except NotPlain as not_plain:
                raise TypeError(f"a service replied with {not_plain}") from None
            if is_at_end:
                pending.record.is_last = True
                reply = Failed(call, StopAsyncIteration.__name__, "")
        record = pending.record
        given = (record.line, record.arguments, record.keywords)
        came = record.failure or record.reply
        self._standstill.replied(record.service, record.method, given, came, self.now)
        self._finish(record)
        del self._pending[call]
        return reply

    def _finish(self, call: facts.Call) -> None:
        call.ended = seconds(self.now)
        call.ended_order = self.place()
        self.look_at_services()
