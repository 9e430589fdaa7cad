"""Checks for slow_reply: an answer that comes too late."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import (
    Act,
    Call,
    Case,
    Failure,
    Run,
    Service,
    advise,
    check,
    is_later,
    question,
    same_time,
    scene,
    shown,
    takes,
)

Answer = str | Exception

ERRORS: list[Answer] = [
    ValueError("no such parcel"),
    ConnectionError("the courier cannot be reached"),
    ConnectionResetError("the courier hung up"),
]

ASK_AT_ONCE = "ask the courier at the very beginning, and once"
ASK_AT_ALL = "ask the courier, and begin at once; in a block with a time limit that is over already, nothing happens"
THE_MOMENT = "return the estimate as soon as it is there, whatever it says"
WAIT_LONGER = "let nothing but `patience` end the wait for the courier"
IN_A_BLOCK = (
    "await the question itself in a block with a time limit of `patience` seconds: if a task of its own asks it, "
    "the limit ends the wait for that task, and not the task"
)
GO_ON_AFTER = (
    "when `patience` runs out, go on after the block that it limits, and return `usual` there"
)
LET_IT_OUT = "an error of the courier is no late answer: let it reach the caller, and catch only what a time limit raises"
NOBODY_IS_THERE = (
    "a cancellation from outside must reach the caller: catch nothing that is no `Exception`, and return "
    "nothing from a `finally`"
)


class Courier(Service):
    """A courier that takes a while to answer, or to fail: for each question another one."""

    def __init__(self, seconds: Sequence[float], answers: Sequence[Answer]) -> None:
        self._seconds = iter(seconds)
        self._answers = iter(answers)

    @takes(lambda self, parcel: next(self._seconds, 1.0))
    def estimate(self, parcel: str) -> str:
        answer = next(self._answers, "today")
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass(frozen=True)
class Page:
    """A customer's look at a page: one call of arrival(). Others may ask the same courier at other times."""

    courier: Courier
    parcel: str
    patience: float
    usual: str
    act: Act
    others: Sequence[Act]
    run: Run

    @property
    def over(self) -> float:
        """When the patience is over."""
        return self.act.started + self.patience

    @property
    def cancelled_at(self) -> float | None:
        """When the customer closed the page, if that was before arrival() ended."""
        return self.act.record.cancelled_at

    @property
    def ending(self) -> str:
        """How arrival() ended, for a sentence."""
        if self.act.error is not None:
            ended = f"raised {Failure(self.act.error.kind, self.act.error.message)}"
        elif self.act.was_cancelled:
            ended = "ended"
        else:
            ended = f"returned {shown(self.act.value)}"
        return f"{ended} at {self.act.ended:g} s"

    @property
    def begun(self) -> str:
        return (
            f"arrival(), called at {self.act.started:g} s with a patience of {self.patience:g} s,"
        )

    def ended_before_its_time(self, call: Call) -> bool:
        """Whether the question had an answer or an error by the end of the patience, or was given up earlier."""
        if call.ended is None or is_later(call.ended, self.over):
            return False
        return call.outcome != "cancelled" or is_later(self.over, call.ended)

    def question(self) -> Call | None:
        """The one question to the courier, which is asked at the beginning; None if arrival() was
        cancelled before it could ask."""
        calls = self.run.calls.to(self.courier).where(
            lambda call: (
                self.act.started <= call.started <= self.act.ended
                and not any(same_time(call.started, other.started) for other in self.others)
            )
        )
        if calls.first is None:
            if self.cancelled_at is not None and same_time(self.cancelled_at, self.act.started):
                return None
            self.explain_error()
            self.run.fail(
                f"{self.begun} {self.ending}, and never asked the courier", advice=ASK_AT_ALL
            )
        call = calls[0]
        self.run.expect(
            call.given["parcel"] == self.parcel,
            f"it asked for an estimate of {shown(call.given['parcel'])}; the parcel is {self.parcel!r}",
            at=call,
            advice="ask for the parcel that arrival() is called with",
        )
        self.run.expect(
            same_time(call.started, self.act.started),
            f"{self.begun} asked the courier at {call.started:g} s",
            at=call,
            late=call,
            advice=ASK_AT_ONCE,
        )
        self.run.expect(
            len(calls) == 1,
            f"{self.begun} asked the courier again at {calls[-1].started:g} s",
            at=calls[-1],
            advice=ASK_AT_ONCE,
        )
        return call

    def explain_error(self) -> None:
        """Fail if arrival() raised what says by itself what is wrong."""
        if self.act.error is not None and advise(self.act.error, self.run.trace.backend):
            raise self.act.explained()


@scene
def pages(case: Case) -> Iterator[Page]:
    for world in case.explore(cancel=True):
        planned: list[tuple[str, float, str, float]] = []
        seconds: list[float] = []
        answers: list[Answer] = []
        began = 0.0
        first = case.integer(0, len(ERRORS) + 1)
        for number in range(case.size(1, 6)):
            possible: list[Answer] = [f"in {case.random.randint(9, 60)} days", *ERRORS, ""]
            answer = possible[(first + case.pick([number, 0])) % len(possible)]
            usual = f"in {number + 2} to {number + 6} days"
            if answer:  # One of the two may be empty.
                usual = case.pick([usual, ""])
            sooner = case.duration(0.05, case.pick([30.0, 57.0]))
            later = sooner + case.duration(0.05, 30.0 if sooner < 30.0 else 2.9)
            if case.pick(["quick", "quick", "slow"]) == "slow":
                took, patience = later, sooner
            else:
                took, patience = sooner, later
            seconds.append(took)
            answers.append(answer)
            # No two of them come at the same instant, so that it can be told whose question it is.
            began += case.duration(0.05, 5.0)
            parcel = f"parcel-{case.integer(1, 3)}"
            planned.append((parcel, patience, usual, began))
        courier = world.add(Courier(seconds, answers))
        acts = [
            world.call("arrival", courier, parcel, patience, usual).at(at)
            for parcel, patience, usual, at in planned
        ]
        run = world.attempt_all(*acts)
        for (parcel, patience, usual, _), act in zip(planned, acts, strict=True):
            others = [other for other in acts if other is not act]
            yield Page(courier, parcel, patience, usual, act, others, run)


@check("An estimate that comes in time is returned the moment it comes")
def in_time(case: Case) -> None:
    for page in pages(case):
        call = page.question()
        if call is None or call.ended is None or page.cancelled_at is not None:
            continue
        if call.outcome == "cancelled" and is_later(page.over, call.ended):
            page.explain_error()
            page.run.fail(
                f"{page.begun} gave up its question at {call.ended:g} s, and {page.ending}; the patience was over "
                f"at {page.over:g} s",
                at=call,
                advice=WAIT_LONGER,
            )
        if not call.done or is_later(call.ended, page.over):
            continue
        right = [call.reply]
        if same_time(call.ended, page.over):
            right.append(page.usual)
        answered = f"the courier answered {shown(call.reply)} at {call.ended:g} s"
        page.explain_error()
        page.run.expect(
            page.act.error is None and not page.act.was_cancelled and page.act.value in right,
            f"{answered}, in time; {page.begun} {page.ending}",
            at=call,
            advice=THE_MOMENT,
        )
        page.run.expect(
            same_time(page.act.ended, call.ended),
            f"{answered}; {page.begun} returned it at {page.act.ended:g} s",
            at=call,
            advice=THE_MOMENT,
        )


@check(
    "When patience runs out, the question is cancelled, and the usual time is returned", points=2
)
def out_of_patience(case: Case) -> None:
    for page in pages(case):
        call = page.question()
        if call is None or page.cancelled_at is not None:
            continue
        if page.ended_before_its_time(call):
            continue
        over = f"{page.begun} had no answer by {page.over:g} s, and {page.ending}"
        if is_later(page.act.ended, page.over):
            answered = call.outcome in ("answered", "failed")
            page.run.fail(
                f"{over}"
                + (f"; the courier {call.outcome} at {call.ended:g} s" if answered else "")
                + f". It should have returned {shown(page.usual)} when the patience was over",
                at=call,
                advice=IN_A_BLOCK,
            )
        page.explain_error()
        page.run.expect(
            page.act.error is None and not page.act.was_cancelled and page.act.value == page.usual,
            f"{over}; it should have returned {shown(page.usual)}",
            at=call,
            advice=GO_ON_AFTER,
        )
        page.run.expect(
            call.ended is not None and not is_later(call.ended, page.over),
            f"{over}; its question to the courier went on",
            at=call,
            advice="cancel the question when nobody waits for its answer any more",
        )
        page.run.expect_nothing_left()


@check("An error of the courier, or a cancellation, reaches the caller at once")
def reaches_the_caller(case: Case) -> None:
    for page in pages(case):
        call = page.question()
        if page.cancelled_at is not None:
            if call is not None:
                page.run.expect_ended_with(page.act, [call])
            # Something else may have ended it in this very instant.
            ended = call is not None and call.outcome in ("answered", "failed")
            if not ended and is_later(page.over, page.cancelled_at):
                page.run.expect(
                    page.act.was_cancelled,
                    f"{page.begun} was cancelled from outside at {page.cancelled_at:g} s, and "
                    f"{page.ending}: it should have let itself be cancelled",
                    at=call,
                    advice=NOBODY_IS_THERE,
                )
            continue
        if call is None or call.ended is None or call.outcome != "failed":
            continue
        if not is_later(page.over, call.ended):
            continue
        failed = f"the courier failed at {call.ended:g} s ({call.failure})"
        page.run.expect(
            page.act.heard(call),
            f"{failed}; {page.begun} {page.ending}",
            at=call,
            advice=LET_IT_OUT,
        )
        page.run.expect(
            same_time(page.act.ended, call.ended),
            f"{failed}; {page.begun} {page.ending}",
            at=call,
            advice=LET_IT_OUT,
        )


@question
def slow_courier(case: Case) -> str | None:
    world = case.world()
    courier = world.add(Courier([10.0], ["tomorrow"]))
    run = world.observe("arrival", courier, "a sofa", 2.0, "in 3 to 5 days")
    if run.error is not None:
        return "error"
    answers = {
        ("in 3 to 5 days", 2.0): "usual_in_time",
        ("in 3 to 5 days", 10.0): "usual_late",
        ("tomorrow", 10.0): "estimate_late",
    }
    return answers.get((run.value, round(run.elapsed, 6)))
