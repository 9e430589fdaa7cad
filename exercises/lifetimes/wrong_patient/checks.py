"""Checks for wrong_patient: what is left on a connection by a call that ends early."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    ClosedResourceError,
    EndOfStream,
    Run,
    Service,
    World,
    advise,
    blocking,
    check,
    counted,
    is_later,
    often,
    question,
    same,
    same_time,
    scene,
    shown,
    takes,
)

ERRORS = (
    ConnectionResetError("the line is dead"),
    TimeoutError("the lab is asleep"),
    ValueError("this is no blood group"),
    EndOfStream("the lab hung up"),
    LookupError("no sample of this patient"),
)
STALE = (
    BrokenResourceError("the lab has restarted meanwhile"),
    ConnectionResetError("the line has been idle for too long"),
)
"""Errors of a connection that seem to say that a new one would do."""
CLOSED = ClosedResourceError("this connection has been closed")
PATIENTS = ("Adams", "Brown", "Clark", "Davis")
GROUPS = ("A+", "0-", "", "B+")
LAST = "Young"
AGES = 10_000_000.0
"""Patience that is never at its end."""

SPOILT = (
    "a call that leaves a result behind that nobody will take must close the connection, on every way out, and the "
    "next call needs a new one"
)


@dataclass(frozen=True)
class Sample:
    """What becomes of a request for a patient."""

    patient: str
    group: str
    sending: float
    working: float
    not_sent: Exception | None = None
    not_received: Exception | None = None


class Lab(Service):
    """Opens connections, each in a time of its own; some of the first ones it refuses."""

    def __init__(
        self,
        samples: Mapping[str, Sample],
        seconds: Sequence[float],
        refused: Sequence[Exception | None],
    ) -> None:
        self.samples = samples
        self.connections: list[Connection] = []
        self._seconds = iter(seconds)
        self._refused = iter(refused)

    @takes(lambda self: next(self._seconds, 1.0))
    def connect(self) -> "Connection":
        refusal = next(self._refused, None)
        if refusal is not None:
            raise refusal
        self.connections.append(Connection(self, len(self.connections) + 1))
        return self.connections[-1]


class Connection(Service):
    """Carries requests and results. What has begun to be sent arrives, whatever becomes of the call."""

    def __init__(self, lab: Lab, number: int) -> None:
        self._lab = lab
        self.number = number
        self._pending: list[Sample] = []
        self._is_closed = False

    def send(self, patient: str) -> Generator[float, None, None]:
        self._expect_open()
        if patient not in self._lab.samples:
            raise LookupError(f"nobody named {patient!r} is ill")
        sample = self._lab.samples[patient]
        self._pending.append(sample)
        yield sample.sending
        if sample.not_sent is not None:
            raise sample.not_sent

    def receive(self) -> Generator[object, None, str]:
        self._expect_open()
        yield lambda: self._pending
        sample = self._pending[0]
        yield sample.working
        if sample.not_received is not None:
            raise sample.not_received
        if sample in self._pending:
            self._pending.remove(sample)
        return sample.group

    @blocking
    @takes(0.0)
    def close(self) -> None:
        self._is_closed = True

    def _expect_open(self) -> None:
        if self._is_closed:
            raise CLOSED


@dataclass(frozen=True)
class Line:
    """A connection, and what happened on it."""

    number: int
    opened: float
    calls: Calls
    """Those of `send` and `receive`."""
    closes: Calls
    lost: bool
    """Whether it was made in the instant in which a call ended early, and nobody has ever used it."""

    @property
    def closed(self) -> float:
        return self.closes[0].started if self.closes else float("inf")

    def is_open(self, at: float) -> bool:
        return not self.lost and self.opened <= at < self.closed

    @property
    def spoilt_by(self) -> Call | None:
        """The call after which nobody could know what would come on it next."""
        for number, call in enumerate(self.calls):
            after = [following.method for following in self.calls[number + 1 :]]
            if not call.done or (call.method == "send" and after[:1] != ["receive"]):
                return call
        return None


@dataclass(frozen=True)
class Visit:
    """A doctor's question."""

    patient: str
    patience: float
    act: Act

    @property
    def deadline(self) -> float:
        return self.act.started + self.patience

    @property
    def called(self) -> str:
        return f"blood_group({self.patient!r}, {self.patience:.10g}), called at {self.act.started:g} s,"


@dataclass(frozen=True)
class Desk:
    """A desk, all the calls of its method, and what they did."""

    lab: Lab
    visits: Sequence[Visit]
    run: Run
    place: str
    """Which desk it was, for the beginning of a message."""

    @cached_property
    def connects(self) -> Calls:
        return self.run.calls.to(self.lab)

    @cached_property
    def talk(self) -> Calls:
        """What was sent and received."""
        made = self.lab.connections
        return self.run.calls.where(
            lambda call: call.service in made and call.method in ("send", "receive")
        )

    @cached_property
    def lines(self) -> list[Line]:
        lines = []
        for connection in self.lab.connections:
            opened = next(c.ended or 0.0 for c in self.connects.done if c.reply is connection)
            calls = self.talk.to(connection)
            closes = self.run.calls.to(connection).where(lambda call: call.method == "close")
            lost = not calls and not closes and self.somebody_left(opened)
            lines.append(Line(connection.number, opened, calls, closes, lost))
        return lines

    def somebody_left(self, at: float) -> bool:
        """Whether a call was cancelled or lost its patience at that moment."""
        moments = [visit.act.record.cancelled_at for visit in self.visits]
        moments += [visit.deadline for visit in self.visits]
        return any(moment is not None and same_time(moment, at) for moment in moments)

    # --- what came out ---

    def expect_outcomes(self) -> None:
        """Everybody got their own result or an error of their own, in time; nobody asked twice."""
        for sample in self.lab.samples.values():
            visits = [visit for visit in self.visits if visit.patient == sample.patient]
            sends = self.talk.given(patient=sample.patient)
            again = _without_a_call(sends, visits)
            if again is not None:
                begun = [
                    visit for visit in visits if not is_later(visit.act.started, again.started)
                ]
                over = [visit for visit in begun if is_later(again.started, visit.act.ended)]
                self.run.fail(
                    f"{self.place}by {again.started:g} s, blood_group({sample.patient!r}, ...) had been called {often(len(begun))}"
                    + (f", {len(over)} of these calls had ended" if over else "")
                    + f", and another request for {sample.patient!r} was sent then",
                    at=again,
                    advice="send one request for each call, and never again, whatever comes of it",
                    tells_error=True,
                )
            for visit in visits:
                self._expect_outcome(visit, sample)
            returned = [
                visit
                for visit in visits
                if visit.act.error is None and visit.act.record.cancelled_at is None
            ]
            self.run.expect(
                len(returned) <= len(sends.done),
                f"{self.place}{counted(len(returned), 'call')} for {sample.patient!r} returned a result, and "
                f"{counted(len(sends.done), 'request')} had been sent",
                advice="send a request for each call, also if two ask for the same patient",
            )
        self._expect_errors_heard()

    def _expect_errors_heard(self) -> None:
        """What failed reached somebody, unless a call ended early in that moment."""
        for call in [*self.connects, *self.talk]:
            if call.outcome != "failed" or self.somebody_left(call.ended or 0.0):
                continue
            self.run.expect(
                any(visit.act.heard(call) for visit in self.visits),
                f"{self.place}{call.method}() failed at {call.ended:g} s with {call.failure}, and no call of blood_group() "
                "raised that",
                at=call,
                advice="let the very error reach the caller, and do not try again",
                tells_error=True,
            )

    def _expect_outcome(self, visit: Visit, sample: Sample) -> None:
        run, act = self.run, visit.act
        calls = [*self.connects, *self.talk]
        called = f"{self.place}{visit.called}"
        is_own_timeout = (
            act.error is not None
            and act.error.kind == "TimeoutError"
            and same_time(act.ended, visit.deadline)
        )
        if act.record.cancelled_at is not None:
            at = act.record.cancelled_at
            if is_own_timeout and same_time(at, visit.deadline):
                return
            ends = [call for call in calls if same_time(call.ended or 0.0, at)]
            came = any(call.done and call.method == "receive" for call in ends)
            run.expect_gave_way(act, ends, done=came, place=self.place)
            if not came:
                return
        run.expect(
            not is_later(act.ended, visit.deadline),
            f"{called} ended at {act.ended:g} s; it had to give up at {visit.deadline:g} s",
            advice="let the time limit begin with the call, and hold for everything in it: waiting for its turn, connecting, sending and receiving",
        )
        if is_own_timeout:
            run.expect(
                visit.patience < AGES,
                f"{called} gave up at {act.ended:g} s; its result would have come long before",
                advice="send a request for each call, receive its result, and give the turn back on every way out",
                tells_error=True,
            )
        if is_own_timeout or act.gave_way(calls):
            return
        if act.error is None:
            receives = [
                call
                for call in self.talk.done
                if call.method == "receive" and same_time(call.ended or 0.0, act.ended)
            ]
            took = [call for call in receives if same(call.reply, act.value)]
            whose = [one.patient for one in self.lab.samples.values() if one.group == act.value]
            advice = "return what receive() returned, whatever it is"
            if took and whose:
                advice = "find out who left that result on the connection: the request of a call that ended early is still answered"
            elif same_time(act.ended, visit.deadline):
                advice = "raise TimeoutError when the patience is at its end, and return nothing else in place of a result"
            run.expect(
                same(act.value, sample.group),
                f"{called} returned {shown(act.value)} at {act.ended:g} s"
                + (f", the result for {whose[0]!r}" if took and whose else "")
                + f"; the result for {sample.patient!r} is {shown(sample.group)}",
                at=next(iter(took), None),
                advice=advice,
            )
            run.expect(
                receives,
                f"{called} returned at {act.ended:g} s, and no result came in that moment",
                advice="return a result as soon as it has come",
            )
            return
        failures = [call for call in calls if call.outcome == "failed"]
        heard = [call for call in failures if act.heard(call)]
        closed = next((call for call in heard if call.failed_with(CLOSED)), None)
        run.expect(
            closed is None,
            f"{called} raised ClosedResourceError at {act.ended:g} s: it used a connection that had been closed",
            at=closed,
            advice="forget a connection when you close it, and close none that another call is using",
            tells_error=True,
        )
        if not heard:
            told = act.explained()
            run.fail(
                f"{self.place}{told.message}; no call of it had failed with that"
                + (
                    f", and its patience was to end at {visit.deadline:g} s"
                    if act.errors[0].kind == "TimeoutError"
                    else ""
                ),
                at=act.errors[0],
                advice=advise(act.errors[0], run.trace.backend)
                or (
                    "let the very error that came reach the caller, and raise nothing else but TimeoutError when the patience "
                    "is at its end"
                    if act.errors[0].kind in [type(error).__name__ for error in ERRORS]
                    else "this error comes from the desk itself: did another call change something in it meanwhile?"
                ),
                tells_error=True,
            )
        run.expect(
            any(same_time(call.ended or 0.0, act.ended) for call in heard),
            f"{called} ended at {act.ended:g} s; {heard[0].method}() had failed at {heard[0].ended:g} s",
            at=heard[0],
            advice="let an error reach the caller at once",
            tells_error=True,
        )

    def expect_no_time_lost(self) -> None:
        """Whenever somebody waited, something was under way for somebody."""
        calls = [*self.connects, *self.talk]
        for begin, end in self._stretches():
            middle = (begin + end) / 2
            waiting = [v for v in self.visits if v.act.started < middle < v.act.ended]
            late = [call for call in calls if is_later(call.started, begin)]
            self.run.expect(
                not waiting or self.connects.under_way(middle) or self.talk.under_way(middle),
                f"{self.place}for {end - begin:g} s, from {begin:g} s on, {counted(len(waiting), 'call')} waited, and "
                "nobody was connecting, sending or receiving",
                advice="when a call ends, however it does, the next one must have its turn at once",
                late=min(late, key=lambda call: call.order, default=None),
            )

    def _stretches(self) -> Iterator[tuple[float, float]]:
        """The times between which nothing happened."""
        moments = {0.0, self.run.elapsed}
        for line in self.lines:
            moments |= {line.opened, min(line.closed, self.run.elapsed)}
        for visit in self.visits:
            moments |= {visit.act.started, visit.act.ended}
        for call in [*self.connects, *self.talk]:
            moments |= {call.started, self.run.elapsed if call.ended is None else call.ended}
        for begin, end in pairwise(sorted(moments)):
            if is_later(end, begin):
                yield begin, end

    # --- the connections ---

    def expect_one_connection(self) -> None:
        for begin, end in self._stretches():
            middle = (begin + end) / 2
            there = [line for line in self.lines if line.is_open(middle)]
            making = self.connects.under_way(middle)
            latest = [call for call in self.connects if not is_later(call.started, begin)]
            names = " and ".join(f"connection {line.number}" for line in there)
            self.run.expect(
                len(there) + len(making) <= 1,
                f"{self.place}at {begin:g} s, {names} {'was' if len(there) == 1 else 'were'} open"
                + (", and another one was being opened" if making else "")
                if there
                else f"{self.place}at {begin:g} s, {counted(len(making), 'connection')} were being opened",
                at=latest[-1] if latest else None,
                advice="close one before you open another, and let one call at a time open one",
            )

    def expect_good_ones(self) -> None:
        """Connections were used as long as they were good, by one call at a time, and closed when they were not."""
        run = self.run
        for line in self.lines:
            name, end = f"{self.place}connection {line.number}", line.spoilt_by
            for before, after in pairwise(line.calls):
                run.expect(
                    before.ended_order is not None and before.ended_order < after.order,
                    f"{name} was busy with {_told(before)} until {before.ended or 0.0:g} s, and {_told(after)} began at "
                    f"{after.started:g} s",
                    at=after,
                    advice="let one call at a time use the connection, from sending to receiving",
                )
            busy = line.calls.under_way(line.closed).first if line.closes else None
            run.expect(
                busy is None,
                f"{name} was closed at {line.closed:g} s, while {_told(busy) if busy else ''} was under way on it for another call",
                at=line.closes.first,
                advice="a call that has no turn yet must leave the connection alone",
            )
            if line.closes:
                later = [call for call in line.calls if call.order > line.closes[0].order]
                run.expect(
                    not later,
                    f"{name} was closed at {line.closed:g} s, and used again at {later[0].started if later else 0.0:g} s",
                    at=later[0] if later else None,
                    advice="forget a connection when you close it",
                )
            if end is not None:
                self._expect_end(line, name, end)
                continue
            run.expect(
                not line.closes or self.somebody_left(line.closed),
                f"{name} was closed at {line.closed:g} s, and all its results had come and had been taken",
                at=line.closes.first,
                advice="keep a connection for the next call as long as nothing is left on it",
            )

    def _expect_end(self, line: Line, name: str, end: Call) -> None:
        """It was closed, by the call that had spoilt it, and not used again."""
        ended = end.ended or 0.0
        if end.done:
            why = f"the call that had sent its request at {ended:g} s took no result"
        elif end.outcome == "cancelled":
            why = f"{_told(end)} was broken off at {ended:g} s"
        else:
            why = f"{_told(end)} failed at {ended:g} s with {end.failure}"
        later = line.calls.where(lambda call: call.order > end.order).first
        self.run.expect(
            later is None,
            f"{name} was used again at {later.started if later else 0.0:g} s, though {why}: a result may still come that is not "
            "for the next call",
            at=later,
            advice=SPOILT,
        )
        self.run.expect(
            same_time(line.closed, ended),
            f"{name} was "
            + (f"closed at {line.closed:g} s" if line.closes else "never closed")
            + f", though {why}",
            at=end,
            advice=SPOILT,
        )


def _without_a_call(sends: Sequence[Call], visits: Sequence[Visit]) -> Call | None:
    """The first request for a patient for which there was no call that had not sent one."""
    left = sorted(visits, key=lambda visit: visit.act.ended)
    for send in sends:
        for visit in left:
            act = visit.act
            if not is_later(act.started, send.started) and not is_later(send.started, act.ended):
                left.remove(visit)
                break
        else:
            return send
    return None


def _told(call: Call) -> str:
    """`send('Adams')`."""
    return f"send({call.given['patient']!r})" if call.method == "send" else "receive()"


@scene
def quiet_days(case: Case) -> Iterator[Desk]:
    """Nobody is in a hurry, and nothing fails."""
    for world in case.explore(orders=True):
        yield from _play(case, world, trouble=False)


@scene
def days(case: Case) -> Iterator[Desk]:
    for world in case.explore(cancel=True):
        yield from _play(case, world, trouble=True)


def _play(case: Case, world: World, *, trouble: bool) -> Iterator[Desk]:
    """One desk, or two at the same time."""
    planned = [_draw(case, world, 5, trouble=trouble)]
    if case.pick([False, False, True]):
        planned.append(_draw(case, world, 2, trouble=trouble))
    run = world.attempt_all(*(visit.act for _, visits in planned for visit in visits))
    for number, (lab, visits) in enumerate(planned, 1):
        place = f"at desk {number} of 2, " if len(planned) == 2 else ""
        yield Desk(lab, visits, run, place)


def _draw(case: Case, world: World, most: int, *, trouble: bool) -> tuple[Lab, list[Visit]]:
    first, slow = case.integer(0, len(ERRORS) - 1), case.pick([4.0, 90_000.0])
    # In some worlds nothing fails but what is sent for one patient, mostly on a connection that was kept.
    stale = case.pick([None, None, *STALE]) if trouble else None
    groups = case.distinct(GROUPS, len(PATIENTS))
    samples = {}
    for number, (patient, group) in enumerate(zip(PATIENTS, groups, strict=True)):
        error: Exception = ERRORS[(first + number) % len(ERRORS)]
        fails = case.pick(["never", "receive", "never", "send"]) if trouble else "never"
        if stale is not None:
            error, fails = stale, "send" if patient == PATIENTS[-1] else "never"
        samples[patient] = Sample(
            patient,
            group,
            case.duration(0.1, case.pick([1.0, slow])),
            case.duration(0.3, slow),
            error if fails == "send" else None,
            error if fails == "receive" else None,
        )
    samples[LAST] = Sample(LAST, "AB+", 0.5, 6.0)
    seconds = [case.duration(0.2, case.pick([2.0, slow])) for _ in range(most + 2)]
    first = case.integer(0, len(ERRORS) - 1)
    refused = [
        ERRORS[(first + number) % len(ERRORS)] if trouble and case.integer(0, 4) == 4 else None
        for number in range(most)
    ]
    lab = world.add(Lab(samples, seconds, refused))
    desk = world.new("Desk", lab)
    whose = [case.integer(0, len(PATIENTS) - 1) for _ in range(most)]
    if stale is not None:
        whose[:2] = 0, len(PATIENTS) - 1
    asked = samples[PATIENTS[whose[0]]]
    # When the first call is connected, has sent its request, and has its result, if all goes well.
    connected = seconds[0]
    sent = connected + asked.sending
    through = sent + asked.working
    visits: list[Visit] = []
    for number in range(most):
        at = case.pick([0.0, through, case.duration(0.0, 3.0)]) if number else 0.0
        begin, end = case.pick([(sent, through), (connected, sent), (0.0, connected)])
        # Somebody leaves at one of these moments, or between them.
        leaves = case.pick([end, begin + (end - begin) * case.duration(0.1, 0.9)])
        stays = leaves - at if leaves > at else case.duration(0.1, 6.0)
        how = case.pick(["stays", "gives up", "is cancelled"]) if trouble else "stays"
        patience = stays if how == "gives up" else AGES
        act = desk.blood_group(PATIENTS[whose[number]], patience).at(at)
        if how == "is cancelled":
            act.cancel_after(stays)
        follows: bool = case.pick([False, False, True]) if visits else False
        if follows:
            act.after(visits[-1].act)
        visits.append(Visit(PATIENTS[whose[number]], patience, act))
    visits = visits[: case.size(2, most)]
    # When all of that is over, everything must work.
    over = sum(seconds) + 10.0
    over += sum(samples[visit.patient].sending + samples[visit.patient].working for visit in visits)
    visits += [Visit(LAST, AGES, desk.blood_group(LAST, AGES).at(over))]
    return lab, visits


@check(
    "Calls use one connection, one after another, and each returns the result of its own request",
    points=2,
    advice="let one call at a time use the connection, from sending to receiving, and keep it for the next",
)
def one_connection(case: Case) -> None:
    for desk in quiet_days(case):
        desk.expect_outcomes()
        desk.expect_one_connection()
        desk.expect_good_ones()
        desk.expect_no_time_lost()
        desk.run.expect_nothing_left()


@check("A call that ends early does so at once, and no other call notices", points=3)
def nobody_else_notices(case: Case) -> None:
    for desk in days(case):
        desk.expect_outcomes()
        desk.expect_no_time_lost()
        desk.run.expect_nothing_left()


@check(
    "A connection is kept as long as it brings the right results, and closed by the call that spoils it",
    points=3,
    advice=SPOILT,
)
def only_good_ones(case: Case) -> None:
    for desk in days(case):
        desk.expect_good_ones()
        desk.expect_one_connection()
        desk.expect_outcomes()


@question
def adams_and_brown(case: Case) -> str | None:
    world = case.world()
    samples = {
        "Adams": Sample("Adams", "A+", 1.0, 30.0),
        "Brown": Sample("Brown", "0-", 1.0, 30.0),
    }
    desk = world.new("Desk", world.add(Lab(samples, [1.0], [])))
    first = desk.blood_group("Adams", 10.0)
    second = desk.blood_group("Brown", 10_000.0).at(20.0)
    run = world.observe_all(first, second)
    if run.is_deadlocked:
        return "nothing"
    if second.error is not None:
        return "error"
    return {"0-": "own", "A+": "other"}.get(second.value)
