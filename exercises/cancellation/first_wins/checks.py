"""Checks for first_wins: several mirrors, of which the first answer counts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    EndOfStream,
    ErrorTree,
    Failure,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    listed,
    question,
    same_time,
    scene,
    shown,
    takes,
)

KINDS = (
    ConnectionError,
    TimeoutError,
    EndOfStream,
    ValueError,
    PermissionError,
    BrokenResourceError,
    RuntimeError,
    KeyError,
)

ASK_AT_ONCE = "ask each mirror once, at the beginning, in a task of its own"
STOP_THEM = "whoever has the first answer must end all other questions: cancel the scope that is around them"
LET_THEM_ANSWER = (
    "until there is an answer, let every mirror take its time: an error of one of them, or a time limit, must not "
    "end the questions to the others"
)
THE_ANSWER = "return what a mirror has answered, even if that is `0`"
WAIT_NO_LONGER = "return the answer as soon as it is there, and wait for nothing else"
NOBODY_HEARS = "keep the errors to yourself as long as there may be an answer"
ALL_OF_THEM = (
    "keep the error of each mirror, and raise all of them: `raise ExceptionGroup(text, errors)`"
)
RAISE_AT_ONCE = "raise the errors as soon as the last mirror has failed, and wait for nothing else"
NOTHING_OF_OTHERS = "keep nothing of one call where another one finds it"
WAIT_FOR_THEM = "leave no question behind: cancel them, and wait until they have ended"
LET_IT_OUT = "let a cancellation out as it is: neither return in its place, nor raise another error"
LET_IT_OUT_ALONE = "let a cancellation out as it is, and raise the errors of mirrors only when all of them have failed"


class Mirror(Service):
    """Answers after a while, or fails."""

    def __init__(self, name: str, seconds: float, answer: int | Exception) -> None:
        self.name = name
        self.seconds = seconds
        self.answer = answer

    @takes("seconds")
    def read(self, gauge: str) -> int:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass(frozen=True)
class Reading:
    """One call of water_level, with mirrors of its own."""

    mirrors: list[Mirror]
    gauge: str
    act: Act
    run: Run

    def fail(
        self,
        message: str,
        *,
        at: Call | ErrorTree | None = None,
        advice: str,
        late: bool = False,
    ) -> NoReturn:
        """As `run.fail`; each message says itself what was raised."""
        self.run.fail(
            message,
            at=at,
            advice=advice,
            together=[[each] for each in self.calls] if late else (),
            late=at if late and isinstance(at, Call) else None,
            tells_error=True,
        )

    @property
    def calls(self) -> Calls:
        return self.run.calls.where(lambda call: call.service in self.mirrors)

    @property
    def failed(self) -> Calls:
        return self.calls.where(lambda call: call.outcome == "failed")

    @property
    def cancelled_at(self) -> float | None:
        return self.act.record.cancelled_at

    @property
    def due(self) -> float:
        """When there should be an answer; never, if all mirrors fail."""
        answers = [m.seconds for m in self.mirrors if not isinstance(m.answer, Exception)]
        return self.act.started + min(answers, default=math.inf)

    @property
    def called(self) -> str:
        return f"water_level(), called at {self.act.started:g} s with {counted(len(self.mirrors), 'mirror')},"

    @property
    def ending(self) -> str:
        """How it ended, for a sentence."""
        act = self.act
        if act.error is not None:
            # On trio a group may hold cancellations beside them, each of which is described at length.
            errors = [e for e in act.errors if e.kind != "Cancelled"] or act.errors[:1]
            ended = f"raised {listed([str(Failure(e.kind, e.message)) for e in errors])}"
        elif act.was_cancelled:
            ended = "was cancelled, and ended"
        else:
            ended = f"returned {shown(act.value)}"
        return f"{ended} at {act.ended:g} s"

    def question(self, call: Call) -> str:
        """`the question to mirror 2 of 3`."""
        number = next(n for n, mirror in enumerate(self.mirrors, 1) if mirror is call.service)
        return f"the question to mirror {number} of {len(self.mirrors)}"

    def returned(self, call: Call) -> bool:
        """Whether what it returned is what this call was answered."""
        act = self.act
        if act.error is not None or act.was_cancelled or not call.done:
            return False
        return type(act.value) is int and act.value == call.reply

    def expect_all_asked(self) -> None:
        """Each mirror was asked about this gauge, once, at the beginning."""
        for mirror in self.mirrors:
            calls = self.calls.to(mirror)
            if calls.first is None:
                self._explain_error()
                self.fail(
                    f"{self.called} {self.ending}, and never asked mirror {self.mirrors.index(mirror) + 1}",
                    advice=ASK_AT_ONCE,
                )
            call = calls[0]
            if call.given["gauge"] != self.gauge:
                self.fail(
                    f"it asked about {shown(call.given['gauge'])}; the gauge is {self.gauge!r}",
                    at=call,
                    advice="ask about the gauge that water_level() is called with",
                )
            if not same_time(call.started, self.act.started):
                self.fail(
                    f"{self.called} began {self.question(call)} at {call.started:g} s",
                    at=call,
                    advice=ASK_AT_ONCE,
                    late=True,
                )
            if len(calls) > 1:
                self.fail(
                    f"{self.called} asked mirror {self.mirrors.index(mirror) + 1} again at {calls[1].started:g} s",
                    at=calls[1],
                    advice="ask each mirror once",
                )

    def expect_no_foreign_error(self) -> None:
        """What it raised, if it did, are errors of its own mirrors."""
        for error in self.act.errors:
            if any(error.call == call.number for call in self.failed):
                continue
            if any(error.call == call.number for call in self.run.calls):
                self.fail(
                    f"{self.called} {self.ending}; {Failure(error.kind, error.message)} comes from a mirror of another "
                    "call of water_level()",
                    at=error,
                    advice=NOTHING_OF_OTHERS,
                )
            alike = self.failed.where(
                lambda call, error=error: call.failure == Failure(error.kind, error.message)  # type: ignore[misc]
            )
            if not alike:
                self._explain_error()
            answered = self.calls.done.first
            if answered is not None:
                self.fail(
                    f"{self.question(answered)} was answered at {answered.ended:g} s ({shown(answered.reply)}); "
                    f"water_level() {self.ending}",
                    at=answered,
                    advice=THE_ANSWER,
                )
            seen = (
                "it says what a mirror has said, and is another exception object"
                if alike
                else f"no mirror has raised {Failure(error.kind, error.message)}"
            )
            self.fail(
                f"{self.called} {self.ending}; {seen}",
                at=error,
                advice="raise the very exceptions of the mirrors, and no others",
            )

    def _explain_error(self) -> None:
        """Fail if it raised what says by itself what is wrong."""
        for error in self.act.errors:
            if advise(error, self.run.trace.backend):
                raise self.act.explained()

    def expect_only_its_own(self) -> None:
        """Whatever came out of it was an answer of its mirrors, or an error of theirs; or nobody could be asked."""
        if not self.mirrors:
            is_late = is_later(self.act.ended, self.act.started)
            if is_late or [error.kind for error in self.act.errors] != ["ValueError"]:
                self._explain_error()
                self.fail(
                    f"{self.called} {self.ending}",
                    at=self.act.errors[0] if self.act.errors else None,
                    advice="without any mirror, raise ValueError at once",
                )
            return
        self.expect_no_foreign_error()
        if self.act.error is not None or any(map(self.returned, self.calls)):
            return
        replies = listed([shown(call.reply) for call in self.calls.done])
        self.fail(
            f"{self.called} {self.ending}; "
            + (
                f"its mirrors had answered {replies}"
                if replies
                else "none of its mirrors had answered"
            ),
            at=self.calls.done.first,
            advice=THE_ANSWER
            if replies
            else ALL_OF_THEM
            if len(self.failed) == len(self.mirrors)
            else "ask every mirror, and wait until one has answered, or all have failed",
        )

    def expect_answer(self) -> None:
        """The first answer came out when it was there, and no question outlived it."""
        for call in self.calls:
            if call.outcome == "cancelled" and is_later(self.due, call.ended or 0.0):
                self._explain_error()
                self.fail(
                    f"{self.question(call)} was given up at {call.ended:g} s, when no mirror had answered; "
                    f"{self.called} {self.ending}",
                    at=call,
                    advice=LET_THEM_ANSWER,
                )
        if is_later(self.due, self.act.ended):
            self.fail(
                f"{self.called} {self.ending}; there would have been an answer at {self.due:g} s",
                at=self.failed.last,
                advice=LET_THEM_ANSWER,
            )
        first = self.calls.done.where(lambda call: same_time(call.ended or 0.0, self.due))
        winner = first[0]
        told = f"{self.question(winner)} was answered at {self.due:g} s"
        for call in self.calls:
            ended = math.inf if call.ended is None else call.ended
            if is_later(ended, self.due):
                until = (
                    "was still under way when water_level() ended"
                    if is_later(ended, self.act.ended)
                    else f"went on until {ended:g} s"
                )
                self.fail(
                    f"{told}; {self.question(call)} {until}, and water_level() {self.ending}",
                    at=call,
                    advice=WAIT_FOR_THEM if is_later(ended, self.act.ended) else STOP_THEM,
                )
        if is_later(self.act.ended, self.due):
            self.fail(f"{told}; water_level() {self.ending}", at=winner, advice=WAIT_NO_LONGER)
        if self.act.error is not None:
            self.fail(
                f"{told} ({shown(winner.reply)}); water_level() {self.ending}",
                at=winner,
                advice=NOBODY_HEARS,
            )
        if not any(map(self.returned, first)):
            self.fail(
                f"{told} ({shown(winner.reply)}); water_level() {self.ending}",
                at=winner,
                advice=THE_ANSWER,
            )

    def expect_all_errors(self) -> None:
        """All mirrors failed, and each of their errors came out once, when the last one had."""
        for call in self.calls:
            if call.outcome == "cancelled":
                self._explain_error()
                self.fail(
                    f"{self.question(call)} was given up at {call.ended:g} s, when no mirror had answered; "
                    f"{self.called} {self.ending}",
                    at=call,
                    advice=LET_THEM_ANSWER,
                )
        last = max(call.ended or math.inf for call in self.calls)
        if is_later(last, self.act.ended):
            late = max(self.calls, key=lambda call: call.ended or math.inf)
            self.fail(
                f"{self.called} {self.ending}, while {self.question(late)} was still under way",
                at=late,
                advice=LET_THEM_ANSWER,
            )
        count = len(self.calls)
        many = {1: "the only mirror", 2: "both mirrors"}.get(count, f"all {count} mirrors")
        if is_later(self.act.ended, last):
            self.fail(
                f"{many} had failed by {last:g} s; water_level() {self.ending}",
                at=self.calls.last,
                advice=RAISE_AT_ONCE,
            )
        for call in self.calls:
            times = sum(error.call == call.number for error in self.act.errors)
            if times == 0:
                self.fail(
                    f"{many} failed; water_level() {self.ending}. What is missing is the error of mirror "
                    f"{self.mirrors.index(call.service) + 1}, {call.failure}",  # type: ignore[arg-type]
                    at=call,
                    advice=ALL_OF_THEM,
                )
            if times > 1:
                self.fail(
                    f"{many} failed; water_level() {self.ending}: the very exception of mirror "
                    f"{self.mirrors.index(call.service) + 1} came out {times} times",  # type: ignore[arg-type]
                    at=call,
                    advice="let each exception come out once",
                )

    def expect_gave_way(self) -> None:
        """It let the cancellation out, unless it would have ended at that moment anyway."""
        act = self.act
        kinds = {error.kind for error in act.errors}
        if (
            act.gave_way(self.calls)
            or kinds == {"Cancelled"}  # On trio, in a group: its scope catches that, too.
            or any(map(self.returned, self.calls))
            or (act.error is not None and len(self.failed) == len(self.mirrors))
        ):
            return
        told = self.failed.where(act.heard)
        if not told:
            self._explain_error()
        self.fail(
            f"{self.called} was cancelled at {self.cancelled_at:g} s; it {self.ending}, "
            + (
                "beside the cancellation, which should have come out alone"
                if "Cancelled" in kinds
                else "and its caller heard nothing of the cancellation"
            ),
            at=told.first,
            advice=LET_IT_OUT_ALONE if told else LET_IT_OUT,
        )


def _plan(
    case: Case, world: World, least: int, most: int, answers: int
) -> tuple[list[Mirror], str, Act]:
    """A call of water_level with so many mirrors, up to `answers` of which answer, while the others fail."""
    count = case.size(least, most)
    longest = case.pick([1.0, 40.0, 300_000.0])
    answering = case.distinct(range(count), min(answers, count))
    seconds = [case.duration(0.1, longest) for _ in range(count)]
    if len(answering) > 1 and case.pick([False, True]):
        # Some of them answer at the same instant, and most often as the first.
        soonest = min(seconds[i] for i in answering)
        for number in answering[: case.size(2, len(answering))]:
            seconds[number] = soonest
    first, apart = case.integer(0, len(KINDS) - 1), case.pick([1, 0])
    mirrors = []
    for number in range(count):
        if number in answering:
            answer: int | Exception = case.integer(0, 400)
        else:
            # Two errors may be equal in all but which of them it is.
            answer = KINDS[(first + number * apart) % len(KINDS)](
                f"mirror {number + 1} is down" if apart else "down"
            )
        mirrors.append(world.add(Mirror(f"mirror {number + 1}", seconds[number], answer)))
    gauge = case.pick(["Kaub", "Ruhrort"])
    return mirrors, gauge, world.call("water_level", mirrors, gauge)


@scene
def skippers(case: Case) -> Iterator[list[Reading]]:
    for world in case.explore(cancel=True):
        most = case.pick([3, 6])
        planned = [
            _plan(case, world, 0, 6, case.integer(0, 3)),
            _plan(case, world, 1, most, 0),
            _plan(case, world, 2, most, 2),
        ]
        for (_, _, before), (_, _, act) in pairwise(planned):
            if case.pick([False, False, True]):
                act.after(before)
        run = world.attempt_all(*(act for *_, act in planned))
        yield [Reading(*plan, run) for plan in planned]


@check(
    "The first answer is returned when it is there, and the other questions are cancelled", points=3
)
def first_answer(case: Case) -> None:
    for readings in skippers(case):
        for reading in readings:
            if reading.cancelled_at is not None:
                continue
            if reading.due < math.inf:
                reading.expect_only_its_own()
                reading.expect_all_asked()
                reading.expect_answer()


@check("When all mirrors have failed, all their errors come out at once", points=2)
def all_errors(case: Case) -> None:
    for readings in skippers(case):
        for reading in readings:
            if reading.cancelled_at is not None:
                continue
            if reading.due == math.inf:
                reading.expect_only_its_own()
                reading.expect_all_asked()
            if reading.due == math.inf and reading.mirrors:
                reading.expect_all_errors()


@check("A cancellation ends it at once, and nothing is left behind", points=2)
def nothing_left(case: Case) -> None:
    for readings in skippers(case):
        for reading in readings:
            reading.run.expect_ended_with(reading.act, reading.calls)
            if reading.cancelled_at is not None:
                reading.expect_gave_way()
            elif reading.mirrors and not reading.calls.done and not reading.failed:
                reading.expect_only_its_own()
        readings[0].run.expect_nothing_left()


@question
def one_is_slow(case: Case) -> str | None:
    world = case.world()
    mirrors = [
        world.add(Mirror("mirror 1", 1.0, 203)),
        world.add(Mirror("mirror 2", 2.0, ConnectionError("mirror 2 is down"))),
        world.add(Mirror("mirror 3", 60.0, 204)),
    ]
    run = world.attempt("water_level", mirrors, "Kaub")
    if run.error is not None:
        return "raises"
    return {(203, 1): "first_at_once", (203, 60): "first_at_last", (204, 60): "last"}.get(
        (run.value, round(run.elapsed))
    )
