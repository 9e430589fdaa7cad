"""Checks for borrowed_scope: sessions that are left in the task that entered them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from checker import (
    Act,
    Call,
    Calls,
    Case,
    CheckFailed,
    Failure,
    Run,
    Service,
    advise,
    check,
    counted,
    is_later,
    listed,
    often,
    question,
    same_time,
    scene,
    shown,
    were,
)

OWNER = (
    "let one task enter the session, wait, and leave it; `open` and `close` only tell that task what to do, "
    "and wait until it has"
)
STOP = 500.0
"""When the hub is stopped, in virtual seconds: long after everything else."""


class Session(Service):
    """A line to a server, which must be left in the task that entered it. The first tries to open it may
    fail."""

    scoped = True

    def __init__(self, name: str, seconds: float, failing: int) -> None:
        self.name = name
        self.latency = seconds
        self.failing = failing
        self._tries = count(1)

    def __aenter__(self) -> "Session":
        number = next(self._tries)
        if number <= self.failing:
            raise ConnectionError(f"{self.name} does not answer, try {number}")
        return self

    def __aexit__(self, error: str | None) -> None:
        pass

    def ask(self, question: str) -> str:
        if question.endswith("?!"):
            raise ValueError(f"{self.name} does not understand {question!r}")
        return f"{self.name} on {question}" if question else ""


@dataclass(frozen=True)
class Stay:
    """A session that is opened, asked and closed again."""

    session: Session
    opening: Act
    questions: Sequence[tuple[str, Act]]
    closing: Act | None
    """None if it is left for the end."""
    try_number: int
    """Which one of its openings it is, from 1."""

    @property
    def fails(self) -> bool:
        return self.try_number <= self.session.failing

    @property
    def acts(self) -> list[Act]:
        acts = [self.opening, *(act for _, act in self.questions)]
        return acts if self.closing is None else [*acts, self.closing]


@dataclass(frozen=True)
class Day:
    """A day of a hub."""

    sessions: Sequence[Session]
    stays: Sequence[Stay]
    running: Act
    stopping: Act
    run: Run

    def calls_of(self, session: Session, method: str) -> Calls:
        return self.run.calls_to(method).to(session)

    def expect_no_error(self) -> None:
        """Nobody heard of an error, but for those of the sessions themselves."""
        expected = [stay.opening for stay in self.stays if stay.fails]
        expected += [
            act for stay in self.stays for text, act in stay.questions if text.endswith("?!")
        ]
        acts = [self.running, self.stopping, *(act for stay in self.stays for act in stay.acts)]
        for act in acts:
            if act.error is None or act in expected:
                continue
            error = act.errors[0]
            told = error.message.partition(": attempted")[0].partition("\n")[0]
            name = act.record.arguments[:1]
            entered = self.entered_by(act)
            self.run.fail(
                f"{act.record.function}({', '.join(map(repr, name))}), called at {act.started:g} s, raised "
                f"{error.kind}: {told}"
                + (f"; it had the session entered {often(entered)}" if entered > 1 else ""),
                at=error,
                advice=advise(error, self.run.trace.backend)
                or (
                    "enter the session once for each call of `open`"
                    if entered > 1
                    else "leaving a session takes a while: before it is entered again, wait until it has been left"
                ),
            )

    def entered_by(self, act: Act) -> int:
        """How often the session that an act should open was entered meanwhile; 0 for another act."""
        session = next((stay.session for stay in self.stays if stay.opening is act), None)
        if session is None:
            return 0
        entered = self.calls_of(session, "__aenter__")
        return sum(act.started <= call.started <= act.ended for call in entered)

    def expect_open(self) -> None:
        """Each session was entered as often as it was opened."""
        for session in self.sessions:
            entered = self.calls_of(session, "__aenter__")
            due = sum(stay.session is session for stay in self.stays)
            self.run.expect(
                len(entered) == due,
                f"`open` was {often(due, 'called')} for {session.name}, and its session was {often(len(entered), 'entered')}",
                at=entered.last,
                advice="enter the session once for each call of `open`"
                if entered
                else "let `open` have the session entered, and wait for that",
            )
        for stay in self.stays:
            if stay.fails:
                continue
            entering = self.calls_of(stay.session, "__aenter__")[stay.try_number - 1]
            self.run.expect(
                not is_later(entering.ended or 0.0, stay.opening.ended),
                f"open({stay.session.name!r}) returned at {stay.opening.ended:g} s, and the session was open at "
                f"{entering.ended or 0.0:g} s",
                at=entering,
                advice="let `open` wait until the session has been entered",
            )

    def expect_closed(self) -> None:
        """Each session that was opened was left once, when it was to be."""
        for session in self.sessions:
            opened = self.calls_of(session, "__aenter__").done
            left = self.calls_of(session, "__aexit__")
            for call in left:
                self.run.expect(
                    call.done,
                    f"the session of {session.name} began to be closed at {call.started:g} s, and "
                    + (
                        "the task that did so was cancelled before it had finished"
                        if call.outcome == "cancelled"
                        else "that never came to its end"
                    ),
                    at=call,
                    advice="do not cancel the task that owns a session: ask it to leave, and wait until it has",
                )
            self.run.expect(
                len(left) == len(opened),
                f"the session of {session.name} was {often(len(opened), 'opened')}, and {often(len(left), 'closed')}",
                at=left.last or opened.last,
                advice="leave each session that was entered once: by `close`, or else when the hub stops",
            )
        for stay in self.stays:
            if stay.fails:
                continue
            until = stay.closing or self.running
            leaving = self.calls_of(stay.session, "__aexit__")[
                stay.try_number - 1 - stay.session.failing
            ]
            name = (
                f"{until.record.function}()"
                if stay.closing is None
                else f"close({stay.session.name!r})"
            )
            self.run.expect(
                not is_later(leaving.ended or 0.0, until.ended),
                f"{name} returned at {until.ended:g} s, and the session of {stay.session.name} was closed at "
                f"{leaving.ended or 0.0:g} s",
                at=leaving,
                advice="wait until the session has been left",
            )
            wanted = self.stopping.started if stay.closing is None else stay.closing.started
            self.run.expect(
                not is_later(wanted, leaving.started),
                f"the session of {stay.session.name} was left at {leaving.started:g} s, before "
                + ("stop()" if stay.closing is None else name)
                + f" was called, at {wanted:g} s",
                at=leaving,
                advice="keep a session open until somebody closes it, or stops the hub",
            )

    def expect_answers(self) -> None:
        for stay in self.stays:
            for text, act in stay.questions:
                asked = self.calls_of(stay.session, "ask").given(question=text)
                own = [call for call in asked if not is_later(act.started, call.started)]
                call: Call | None = next(iter(own), None)
                name = f"ask({stay.session.name!r}, {text!r})"
                self.run.expect(
                    call is not None,
                    f"{name}, called at {act.started:g} s, did not ask the session",
                    advice="ask the session of that name",
                )
                if act.error is not None:
                    told = [(error.kind, error.message) for error in act.errors]
                    due = [("ValueError", f"{stay.session.name} does not understand {text!r}")]
                    self.run.expect(
                        told == due,
                        f"{name} raised {told[0][0]}: {told[0][1]}; the session had raised {due[0][0]}: {due[0][1]}",
                        at=act.errors[0],
                        advice="let the session's own error out",
                    )
                    continue
                due_value = "" if not text else f"{stay.session.name} on {text}"
                self.run.expect(
                    not text.endswith("?!") and act.value == due_value,
                    f"{name} returned {shown(act.value)}; the session had "
                    + (
                        f"answered {shown(due_value)}"
                        if not text.endswith("?!")
                        else "raised ValueError"
                    ),
                    at=call,
                    advice="return what the session answers, and raise what it raises",
                )


@scene
def days(case: Case) -> Iterator[Day]:
    for world in case.explore(orders=True):
        sessions: list[Session] = []
        stays: list[Stay] = []
        names = [f"tool {number}" for number in range(1, case.size(1, 12) + 1)]
        for name in names:
            sessions.append(
                world.add(Session(name, case.duration(0.1, 3.0), case.pick([0, 0, 1, 2])))
            )
        hub = world.new("Hub", {session.name: session for session in sessions})
        running = hub.run()
        for session in sessions:
            last: Act | None = None
            for number in range(1, session.failing + case.size(1, 2) + 1):
                opening = hub.open(session.name).at(case.duration(0.1, 4.0))
                if last is not None:
                    opening.after(last)
                if number <= session.failing:
                    stays.append(Stay(session, opening, [], None, number))
                    last = opening
                    continue
                questions: list[tuple[str, Act]] = []
                last = opening
                for _ in range(case.integer(0, 2)):
                    text = case.pick(["", "paper", "ink?!"])
                    last = hub.ask(session.name, text).after(last)
                    questions.append((text, last))
                closing = hub.close(session.name).after(last).at(case.duration(0.1, 40.0))
                last = closing
                stays.append(Stay(session, opening, questions, closing, number))
            if stays[-1].closing is not None and case.pick([False, True]):
                kept = stays.pop()  # The last one is left for the end.
                stays.append(Stay(session, kept.opening, kept.questions, None, kept.try_number))
        stopping = hub.stop().at(STOP)
        try:
            run = world.attempt_all(
                running, *(act for stay in stays for act in stay.acts), stopping
            )
        except CheckFailed as failed:
            if world.trace is None:
                raise
            day = Day(sessions, stays, running, stopping, Run(world.trace))
            raise _hanging(failed, day) from failed
        yield Day(sessions, stays, running, stopping, run)


def _hanging(failed: CheckFailed, day: Day) -> CheckFailed:
    """The failure with what hung in front, if it is a deadlock after the hub was to stop."""
    called = day.stopping.record.started
    if not day.run.is_deadlocked or called is None:
        return failed
    seen, advice = f"stop() was called at {called:g} s, ", failed.advice
    acts = [act for stay in day.stays for act in stay.acts] + [day.stopping]
    hung = next(
        (act.record for act in acts if act.record.ended is None and act.record.started is not None),
        None,
    )
    open_still = [
        session.name
        for session in day.sessions
        if len(day.calls_of(session, "__aenter__").done)
        > len(day.calls_of(session, "__aexit__").done)
    ]
    if hung is day.stopping.record:
        seen += "and never returned"
    elif hung is not None:
        name = f"{hung.function}({hung.arguments[0]!r})"
        seen += f"and {name}, called at {hung.started:g} s, had not returned"
    else:
        seen += "and run() never returned"
        if open_still:
            advice = "when the hub stops, tell each task that owns an open session to leave it"
    if open_still:
        count = len(open_still)
        names = (
            listed(open_still) if count < 4 else f"{listed(open_still[:2])} and {count - 2} others"
        )
        seen += f"; the session{'' if count == 1 else 's'} of {names} {were(count)} never closed"
    return CheckFailed(
        f"{seen}; {failed.message}",
        failed.line,
        advice,
        topic=failed.topic,
        place=failed.place,
    )


@check(
    "Every session that was opened is closed, in whatever order, and no matter which task asks",
    points=3,
    advice=OWNER,
)
def all_closed(case: Case) -> None:
    for day in days(case):
        day.expect_no_error()
        day.expect_open()
        day.expect_closed()
        day.run.expect_nothing_left()


@check(
    "A question goes to its session, and its answer or its error comes back",
    advice="ask the session of that name, and hand on what comes of it",
)
def answers_come_back(case: Case) -> None:
    for day in days(case):
        day.expect_no_error()
        day.expect_answers()


@check(
    "If a session cannot be opened, the caller gets the error and the hub keeps running",
    points=2,
    advice="an error of `__aenter__` must reach the caller of `open`, and nobody else",
)
def errors_of_opening(case: Case) -> None:
    for day in days(case):
        day.expect_no_error()
        day.expect_open()
        for stay in day.stays:
            if not stay.fails:
                continue
            failed = day.calls_of(stay.session, "__aenter__")[stay.try_number - 1]
            told = [Failure(error.kind, error.message) for error in stay.opening.errors]
            day.run.expect(
                told == [failed.failure],
                f"the session of {stay.session.name} could not be opened: {failed.failure}; open(), called at "
                f"{stay.opening.started:g} s, {f'raised {told[0]}' if told else 'returned'}",
                at=failed,
                advice="let that error come out of `open`",
            )


@check(
    "Opening and closing a session waits for that session alone",
    points=2,
    advice="let no session wait for another one: give each its own task",
)
def nobody_waits(case: Case) -> None:
    for day in days(case):
        day.expect_no_error()
        day.expect_open()
        day.expect_closed()
        for stay in day.stays:
            enters, leaves = (
                day.calls_of(stay.session, "__aenter__"),
                day.calls_of(stay.session, "__aexit__"),
            )
            pairs = [(stay.opening, enters[stay.try_number - 1])]
            if stay.closing is not None:
                pairs.append((stay.closing, leaves[stay.try_number - 1 - stay.session.failing]))
            for act, call in pairs:
                name = f"{act.record.function}({stay.session.name!r}), called at {act.started:g} s,"
                day.run.expect(
                    same_time(call.started, act.started)
                    and same_time(call.ended or 0.0, act.ended),
                    f"{name} returned at {act.ended:g} s; the session took from {call.started:g} s to "
                    f"{call.ended or 0.0:g} s",
                    at=call,
                    together=(day.run.calls.to(session) for session in day.sessions),
                )
        over = max(
            [day.stopping.started, *(call.ended or 0.0 for call in day.run.calls_to("__aexit__"))]
        )
        kept = counted(sum(s.closing is None and not s.fails for s in day.stays), "session")
        day.run.expect(
            same_time(day.running.ended, over),
            f"stop() was called at {day.stopping.started:g} s, with {kept} open, all closed by {over:g} s; run() "
            f"returned at {day.running.ended:g} s",
            advice="let `run` return when the last session is closed, and close all of them at once",
        )


@question
def open_here_and_close_there(case: Case) -> str | None:
    world = case.world()
    session = world.add(Session("printer", 0.5, 0))
    hub = world.new("Hub", {"printer": session})
    running, stopping = hub.run(), hub.stop().at(9.0)
    opening = hub.open("printer").at(1.0)
    closing = hub.close("printer").at(2.0)
    world.observe_all(running, opening, closing, stopping)
    if opening.error is not None:
        return "none"  # On asyncio it never comes to the second call: nothing goes on after this error.
    return "both" if closing.error is None else "open"
