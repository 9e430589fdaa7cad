"""Checks for whose_timeout: a time limit, and an error of the same name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import (
    Act,
    Call,
    Calls,
    Case,
    Failure,
    Run,
    Service,
    World,
    advise,
    check,
    is_later,
    question,
    same_time,
    scene,
    shown,
    takes,
)

ASK_AT_ONCE = "ask the airline at the very beginning, and once"
THE_MOMENT = "return the answer as soon as it is there, whatever it says"
WAIT_LONGER = "let nothing but `limit` end the wait for the airline"
GIVE_UP = "put the question to the airline, and nothing else, into a block with a time limit of `limit` seconds"
THEN_THE_PLAN = "when `limit` has ended the block, ask the plan after it, and return what it says"
ONLY_THEN = (
    "ask the plan only when `limit` is over, and the airline has neither answered nor failed"
)
NO_LIMIT_FOR_THE_PLAN = "leave the block with the time limit before you ask the plan"
WHOSE = (
    "find out whose it is before you act on it: a `TimeoutError` can come from the airline, too, and the scope "
    "knows whether its own deadline has ended the block"
)
LET_IT_OUT = "let the error go on to the caller as it is"
LET_GO = "a cancellation from outside must reach the caller: catch nothing that is no `Exception`, or raise it again"

Answer = str | Exception

ERRORS: list[Answer] = [
    ValueError("no such flight"),
    KeyError("XK 7"),
    ConnectionError("no network"),
    TimeoutError("the database does not answer"),
    TimeoutError(),  # The last one: what stands at an end is drawn most often.
]
OF_THE_PLAN: list[Answer] = [
    TimeoutError(),
    ConnectionError("the plan is lost"),
    ValueError("no such flight in the plan"),
]


class Airline(Service):
    def __init__(self, seconds: float, answer: Answer) -> None:
        self.seconds = seconds
        self._answer = answer

    @takes("seconds")
    def ask(self, flight: str) -> str:
        return _told(self._answer)


class Plan(Service):
    def __init__(self, seconds: float, answer: Answer) -> None:
        self.seconds = seconds
        self._answer = answer

    @takes("seconds")
    def look_up(self, flight: str) -> str:
        return _told(self._answer)


def _told(answer: Answer) -> str:
    if isinstance(answer, Exception):
        raise answer
    return answer


@dataclass(frozen=True)
class Flight:
    """One call of gate(), with an airline and a plan of its own."""

    airline: Airline
    plan: Plan
    name: str
    limit: float
    act: Act
    run: Run

    @property
    def over(self) -> float:
        """When the limit is over."""
        return self.act.started + self.limit

    @property
    def cancelled_at(self) -> float | None:
        """When it was cancelled from outside, if that was before it ended."""
        return self.act.record.cancelled_at

    @property
    def ending(self) -> str:
        """How it ended, for a sentence."""
        if self.act.error is not None:
            errors = ", ".join(str(Failure(e.kind, e.message)) for e in self.act.errors)
            ended = f"raised {errors}"
        elif self.act.was_cancelled:
            ended = "ended"
        else:
            ended = f"returned {shown(self.act.value)}"
        return f"{ended} at {self.act.ended:g} s"

    @property
    def begun(self) -> str:
        return f"gate(), called at {self.act.started:g} s with a limit of {self.limit:g} s,"

    @property
    def lookups(self) -> Calls:
        """How often the plan was asked."""
        return self.run.calls.to(self.plan)

    def question(self) -> Call | None:
        """The one question to the airline, which is asked at the beginning; None if gate() was cancelled
        before it could ask."""
        calls = self.run.calls.to(self.airline)
        if calls.first is None:
            if self.cancelled_at is not None and same_time(self.cancelled_at, self.act.started):
                return None
            self.explain_error()
            self.run.fail(
                f"{self.begun} {self.ending}, and never asked the airline", advice=ASK_AT_ONCE
            )
        for call in [*calls, *self.lookups]:
            self.run.expect(
                call.given["flight"] == self.name,
                f"it asked about {shown(call.given['flight'])}; the flight is {self.name!r}",
                at=call,
                advice="ask about the flight that gate() is called with",
            )
        self.run.expect(
            same_time(calls[0].started, self.act.started),
            f"{self.begun} asked the airline at {calls[0].started:g} s",
            at=calls[0],
            advice=ASK_AT_ONCE,
        )
        for asked in (calls, self.lookups):
            self.run.expect(
                len(asked) <= 1,
                f"{self.begun} called {asked[-1].method}() again at {asked[-1].started:g} s"
                if asked
                else "",
                at=asked.last,
                advice="ask the airline once, and the plan once at most",
            )
        return calls[0]

    def expect_given_up(self, call: Call) -> None:
        """The question to the airline, which is slow, was cancelled when the limit was over."""
        ended = call.ended if call.outcome == "cancelled" else None
        self.run.expect(
            ended is None or not is_later(self.over, ended),
            f"{self.begun} gave up its question to the airline at {call.ended or 0.0:g} s, and {self.ending}",
            at=call,
            advice=WAIT_LONGER,
        )
        self.run.expect(
            ended is not None and not is_later(ended, self.over),
            f"{self.begun} had no answer by {self.over:g} s; its question to the airline went on, and it "
            f"{self.ending}",
            at=call,
            advice=GIVE_UP,
        )

    def explain_error(self) -> None:
        """Fail if it raised what says by itself what is wrong."""
        if self.act.error is not None and advise(self.act.error, self.run.trace.backend):
            raise self.act.explained()

    def expect_answer(self, call: Call, source: str) -> None:
        """It returned what `call` was answered, the moment it was."""
        answered = f"the {source} answered {shown(call.reply)} at {call.ended:g} s"
        self.explain_error()
        self.run.expect(
            self.act.error is None
            and not self.act.was_cancelled
            and self.act.value == call.reply
            and same_time(self.act.ended, call.ended or 0.0),
            f"{answered}; {self.begun} {self.ending}",
            at=call,
            advice=THE_MOMENT,
        )

    def expect_error(self, call: Call, source: str) -> None:
        """The error with which `call` failed reached the caller, the moment it came."""
        self.run.expect(
            self.act.heard(call) and same_time(self.act.ended, call.ended or 0.0),
            f"the {source} failed at {call.ended:g} s ({call.failure}); {self.begun} {self.ending}",
            at=call,
            advice=LET_IT_OUT,
        )


def _flights(
    case: Case, world: World, airlines: Sequence[Answer], *, slow: bool = False, leave: bool = False
) -> Iterator[Flight]:
    """Some flights, whose airlines say one of these: in time, or when the limit is over if they are `slow`.
    Their callers `leave` while the airline or the plan is asked, or stay."""
    asked: list[tuple[Airline, Plan, str, float, Act]] = []
    common = case.duration(0.05, 30.0)
    for number in range(case.size(1, 6)):
        half, spare = case.duration(0.05, 30.0), case.duration(0.05, 30.0)
        half = case.pick([half, common])  # Most boards have one limit for all flights.
        if slow:
            limit, seconds = 2 * half, 2 * half + spare
        else:
            limit, seconds = half + spare, half
        plans: list[Answer] = [f"A {number}", "", *OF_THE_PLAN] if slow else [f"A {number}"]
        looking, planned = case.duration(0.05, 20_000.0), case.pick(plans)
        name = f"XK {case.integer(1, 2)}"
        airline = world.add(Airline(seconds, case.pick(airlines)))
        plan = world.add(Plan(looking, planned))
        act = world.call("gate", airline, plan, name, limit).at(case.duration(0.0, 200.0))
        if leave:
            in_time = case.pick([True, False])
            patience = case.duration(0.02, limit if in_time else looking)
            act.cancel_after(patience if in_time else limit + patience)
        asked.append((airline, plan, name, limit, act))
    run = world.attempt_all(*(act for *_, act in asked))
    for flight in asked:
        yield Flight(*flight, run)


# Here no time limit ever runs out, so that nothing but the airline is to blame.
@scene
def quick_airlines(case: Case) -> Iterator[Flight]:
    for world in case.explore():
        gates: list[Answer] = ["", f"C {case.random.randint(1, 99)}"]
        yield from _flights(case, world, [*gates, *ERRORS])


@scene
def slow_airlines(case: Case) -> Iterator[Flight]:
    for world in case.explore():
        yield from _flights(case, world, ["too late", *ERRORS], slow=True)


@scene
def callers_who_leave(case: Case) -> Iterator[Flight]:
    for world in case.explore(cancel=True):
        yield from _flights(case, world, ["too late", *ERRORS], slow=True, leave=True)


@check("What the airline answers in time is returned the moment it comes")
def airline_in_time(case: Case) -> None:
    for flight in quick_airlines(case):
        call = flight.question()
        if call is None or call.outcome == "failed":
            continue
        flight.run.expect(
            call.done,
            f"{flight.begun} gave up its question to the airline, and {flight.ending}",
            at=call,
            advice=WAIT_LONGER,
        )
        flight.expect_answer(call, "airline")
        for lookup in flight.lookups:
            flight.run.fail(
                f"the airline answered {shown(call.reply)} at {call.ended:g} s; {flight.begun} asked the plan "
                f"at {lookup.started:g} s all the same",
                at=lookup,
                advice=ONLY_THEN,
            )


def _is_a_timeout(call: Call) -> bool:
    return call.failure is not None and call.failure.kind == "TimeoutError"


@check("An error of the airline reaches the caller, a TimeoutError like any other", points=2)
def error_of_the_airline(case: Case) -> None:
    for flight in quick_airlines(case):
        call = flight.question()
        if call is None or call.outcome != "failed":
            continue
        for lookup in flight.lookups:
            flight.run.fail(
                f"the airline failed at {call.ended:g} s ({call.failure}); {flight.begun} asked the plan at "
                f"{lookup.started:g} s, and {flight.ending}",
                at=lookup,
                advice=WHOSE if _is_a_timeout(call) else ONLY_THEN,
            )
        flight.expect_error(call, "airline")


@check("When the limit is over, the plan is asked, and its answer or its error comes out")
def plan_after_the_limit(case: Case) -> None:
    for flight in slow_airlines(case):
        call = flight.question()
        if call is None:
            continue
        flight.expect_given_up(call)
        lookup = flight.lookups.first
        if lookup is None:
            flight.explain_error()
            flight.run.fail(
                f"{flight.begun} had no answer by {flight.over:g} s, never asked the plan, and {flight.ending}",
                at=call,
                advice=THEN_THE_PLAN,
            )
        flight.run.expect(
            same_time(lookup.started, flight.over),
            f"{flight.begun} asked the plan at {lookup.started:g} s; the limit was over at {flight.over:g} s",
            at=lookup,
            late=lookup,
            advice="ask the plan when the limit is over, and not before or after",
        )
        if lookup.outcome == "failed":
            flight.expect_error(lookup, "plan")
            continue
        flight.run.expect(
            lookup.done,
            f"{flight.begun} gave up the plan, which it had asked at {lookup.started:g} s, and {flight.ending}",
            at=lookup,
            advice=NO_LIMIT_FOR_THE_PLAN,
        )
        flight.expect_answer(lookup, "plan")
        flight.run.expect_nothing_left()


@check("A cancellation from outside ends it at once, and nobody is asked any more")
def cancelled_from_outside(case: Case) -> None:
    for flight in callers_who_leave(case):
        call = flight.question()
        cancelled = flight.cancelled_at
        if call is None or cancelled is None:
            continue
        flight.run.expect_ended_with(flight.act, [call, *flight.lookups])
        told = f"{flight.begun} was cancelled from outside at {cancelled:g} s"
        # Something else may have ended it in this very instant.
        in_the_question = call.outcome == "cancelled" and is_later(flight.over, cancelled)
        for lookup in flight.lookups.begun_after(flight.act.started):
            flight.run.expect(
                lookup.started < cancelled or not in_the_question,
                f"{told}, asked the plan at {lookup.started:g} s, and {flight.ending}",
                at=lookup,
                advice=LET_GO,
            )
        if in_the_question or any(lookup.outcome == "cancelled" for lookup in flight.lookups):
            flight.run.expect(
                flight.act.was_cancelled,
                f"{told}, and {flight.ending}: it should have let itself be cancelled",
                at=call,
                advice=LET_GO,
            )


@question
def their_timeout(case: Case) -> str | None:
    world = case.world()
    airline = world.add(Airline(1.0, TimeoutError("the database does not answer")))
    plan = world.add(Plan(2.0, "A 1"))
    run = world.observe("gate", airline, plan, "XK 1", 5.0)
    if run.error is not None:
        return "raises"
    if run.value != "A 1":
        return None
    return {3.0: "at_once", 7.0: "at_the_limit"}.get(round(run.elapsed, 6))
