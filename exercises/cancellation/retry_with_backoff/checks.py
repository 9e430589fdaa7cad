"""Checks for retry_with_backoff: what is tried again, how often, when, and what is not."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from checker import (
    Act,
    Call,
    Calls,
    Case,
    ErrorTree,
    Failure,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    question,
    same,
    same_time,
    scene,
    shown,
)

PASSING = (
    ConnectionError("the link is down"),
    TimeoutError("no answer"),
    ConnectionResetError("the link was cut"),
    ConnectionRefusedError("too many callers"),
    BrokenPipeError("the link was cut"),
    ConnectionAbortedError("the link was given up"),
)
LASTING = (
    ValueError("no such temperature"),
    OSError("the disk is full"),
    KeyError("the reading has no date"),
    RuntimeError("not before Monday"),
    PermissionError("unknown station"),
    InterruptedError("a signal came"),
    EOFError("the reply breaks off"),
    BlockingIOError("not now"),
)
TIMETABLE = "the first wait is `pause` long, each one after it twice as long, and none longer than `longest`"


class Office(Service):
    """Fails as often as it is to, and then takes a reading, or refuses it. If it is asked again
    after that, it answers sooner or later, so that a program which never gives up comes to an end."""

    def __init__(self, outcomes: list[Exception | int], seconds: list[float]) -> None:
        self.outcomes = outcomes
        self.seconds = seconds
        self.posts = 0

    def post(self, reading: int) -> Generator[float, None, int]:
        number = min(self.posts, len(self.outcomes) - 1)
        self.posts += 1
        yield self.seconds[number]
        outcome = self.outcomes[number]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@dataclass(frozen=True)
class Sending:
    """One call of send, with an office of its own."""

    office: Office
    reading: int
    tries: int
    pause: float
    longest: float
    due: int
    """How many tries there should be, if it is not cancelled."""
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    def fail(
        self,
        message: str,
        *,
        at: Call | ErrorTree | None = None,
        advice: str | None = None,
        late: Call | None = None,
    ) -> NoReturn:
        """As `run.fail`; each message says itself what was raised."""
        self.run.fail(self.place + message, at=at, advice=advice, late=late, tells_error=True)

    def expect(self, condition: object, message: str, **more: Any) -> None:
        if not condition:
            self.fail(message, **more)

    @property
    def posts(self) -> Calls:
        return self.run.calls.to(self.office)

    @property
    def was_cut_short(self) -> bool:
        return self.act.record.cancelled_at is not None

    @property
    def is_refused(self) -> bool:
        """Whether it should end with an error that does not pass."""
        return self.office.outcomes[self.due - 1] in LASTING

    def wait_after(self, number: int) -> float:
        """How long it must wait after the try of this number, from 1."""
        return min(self.pause * 2.0 ** (number - 1), self.longest)

    def how_it_ended(self) -> str:
        errors = " and ".join(str(Failure(error.kind, error.message)) for error in self.act.errors)
        if errors:
            return f"send() raised {errors} at {self.act.ended:g} s"
        if self.act.was_cancelled:
            return f"send() was cancelled at {self.act.ended:g} s"
        return f"send() returned {shown(self.act.value)} at {self.act.ended:g} s"

    def is_outcome_of(self, post: Call) -> bool:
        """Whether it ended with what `post` was answered."""
        if post.outcome == "failed":
            return self.act.heard(post)
        return post.done and self.act.error is None and same(self.act.value, post.reply)

    def expect_outcome_of_a_post(self) -> None:
        """Whatever was answered too early or too late, it ended with an answer of the office."""
        wrong = self.posts.where(lambda call: not same(call.given["reading"], self.reading)).first
        if wrong is not None:
            self.fail(
                f"the reading was {self.reading}, and post({shown(wrong.given['reading'])}) was called",
                at=wrong,
                advice="post the reading that send() was called with",
            )
        if self.was_cut_short or any(map(self.is_outcome_of, self.posts)):
            return
        last = self.posts.last
        if last is None:
            self.fail(
                f"{self.how_it_ended()}, and post() was never called",
                advice="post the reading, and return what post() returns",
            )
        raised = self.act.errors[0] if self.act.errors else None
        self.fail(
            f"{self._told(len(self.posts))}; {self.how_it_ended()}",
            at=last,
            advice=(advise(raised, self.run.trace.backend) if raised is not None else None)
            or (
                "return the receipt, whatever it is"
                if last.done
                else "after the last try, raise its error: a function that comes to its end returns None"
                if last.outcome == "failed" and raised is None and self.act.value is None
                else "let the error of post() itself reach the caller: put nothing in its place"
                if last.outcome == "failed"
                else "wait for each try as long as it takes: set no limit of your own"
            ),
        )

    def expect_tries(self) -> None:
        """As many tries as should be, and the outcome of the last one. Not of one that was cancelled."""
        self.expect_outcome_of_a_post()
        posts, due = self.posts, self.due
        of_tries = f", with {counted(self.tries, 'try', 'tries')} at the most"
        if len(posts) > due:
            last, more = posts[due - 1], posts[due]
            told = f"{self._told(due)}{of_tries}; post() was called again at {more.started:g} s"
            self.fail(
                told,
                at=more,
                advice="a receipt is a receipt, even if it is `0`: return it"
                if last.done
                else "catch only what is worth another try, and let every other error out"
                if self.is_refused
                else "count the tries, and raise the error of the last one",
            )
        if len(posts) < due:
            self.fail(
                f"{self._told(len(posts))}{of_tries}; {self.how_it_ended()}, and should have tried again",
                at=posts.last,
                advice="each kind of ConnectionError and of TimeoutError is worth another try, as long as there is one "
                "left",
            )
        self.expect(
            self.is_outcome_of(posts[-1]),
            f"{self._told(due)}; {self.how_it_ended()}",
            at=posts.last,
            advice="return the receipt of the last try, or raise its error, and not those of one before",
        )

    def expect_ended_at_once(self) -> None:
        ended = self.posts[-1].ended or 0.0
        self.expect(
            same_time(self.act.ended, ended),
            f"{self._told(len(self.posts))}; {self.how_it_ended()}",
            at=self.posts.last,
            advice="when there is a receipt, or there is no other try, send() must end at once: wait only "
            "before another try",
        )

    def _told(self, number: int) -> str:
        """`try 2 failed at 3 s with TimeoutError: no answer`."""
        post = self.posts[number - 1]
        if post.outcome == "failed":
            return f"try {number} failed at {post.ended:g} s with {post.failure}"
        if post.done:
            return f"try {number} was answered at {post.ended:g} s with receipt {post.reply}"
        if post.outcome == "cancelled":
            return f"try {number}, begun at {post.started:g} s, was given up at {post.ended:g} s"
        return f"try {number}, begun at {post.started:g} s, was still under way"

    def expect_timetable(self) -> None:
        """Each try began when it should, as far as there was another one."""
        first = self.posts[0]
        self.expect(
            same_time(first.started, self.act.started),
            f"send() was called at {self.act.started:g} s, and try 1 began at {first.started:g} s",
            at=first,
            advice="wait for nothing before the first try",
            late=first,
        )
        for number, (before, post) in enumerate(
            zip(self.posts[: self.due - 1], self.posts[1:], strict=False), 1
        ):
            assert before.ended is not None
            due, gap = self.wait_after(number), post.started - before.ended
            if same_time(gap, due):
                continue
            advice = TIMETABLE
            if same_time(post.started - before.started, due) and is_later(
                before.ended, before.started
            ):
                advice = "let the wait begin when a try has failed, and not when it began"
            elif is_later(gap, self.longest) and is_later(gap, due):
                advice = "no wait is longer than `longest`, not even the first one"
            self.fail(
                f"with a pause of {self.pause:g} s, and {self.longest:g} s at the most, wait {number} should last "
                f"{due:g} s; {self._told(number)}, and try {number + 1} began {gap:g} s later",
                at=post,
                advice=advice,
                late=post if gap > due else None,
            )

    def expect_gave_way(self) -> None:
        """Cancelled, it ended at once, and nothing was posted after that."""
        act, run = self.act, self.run
        cancelled, order = act.record.cancelled_at, act.record.cancelled_order or 0
        assert cancelled is not None
        told = f"send() was cancelled at {cancelled:g} s"
        run.expect_ended_with(act, self.posts)
        after = self.posts.where(lambda call: call.order > order)
        self.expect(
            not after,
            f"{told}, and called post() after that",
            at=after.last,
            advice="a cancellation is no failed try: let it out",
        )
        last = self.posts.last
        just_now = last is not None and same_time(last.ended or 0.0, cancelled)
        if act.gave_way(self.posts) or (last and just_now and self.is_outcome_of(last)):
            return
        errors = " and ".join(str(error.kind) for error in act.errors)
        what = f"raised {errors}" if errors else f"returned {shown(act.value)}"
        so_far = f", after {self._told(len(self.posts))}" if self.posts else ""
        self.fail(
            f"{told}{so_far}; it {what}, and its caller heard nothing of the cancellation",
            at=self.posts.last,
            advice="let a cancellation out as it is: neither return in its place, nor raise another error",
        )


def _draw(
    case: Case, world: World, most_tries: int
) -> tuple[Office, int, int, float, float, int, Act]:
    """A call of send, and what its office has in store."""
    tries = case.size(1, most_tries)
    shaky = case.size(0, most_tries)
    kind = case.integer(0, len(PASSING) - 1)
    failures = [PASSING[(kind + number) % len(PASSING)] for number in range(shaky)]
    receipt = case.amount(0, 99)
    ends: list[Exception | int] = [receipt, *LASTING]
    last = case.pick(ends)
    due = min(tries, shaky + 1)
    outcomes: list[Exception | int] = [*failures, last]
    # For those who do not stop: more of the same, and a receipt in the end.
    outcomes += [outcomes[due - 1]] * max(0, tries + 1 - len(outcomes))
    outcomes.append(receipt + 100)
    slowest = case.pick([2.0, 20.0, 20_000.0])
    seconds = [case.duration(0.05, slowest) for _ in outcomes]
    office = world.add(Office(outcomes, seconds))
    reading = case.integer(-9, 30)
    pause = case.pick([0.75, 0.0, 1.3, 12_000.0])
    longest = case.pick([90_000.0, 5.2, 0.9, 0.0])
    act = world.call("send", office, reading, tries, pause, longest)
    return office, reading, tries, pause, longest, due, act


def _play(case: Case, world: World, most_tries: int, most: int) -> list[Sending]:
    """Some calls of send, at the same time."""
    planned = [_draw(case, world, most_tries) for _ in range(case.size(1, most))]
    acts = [act for *_, act in planned]
    for act in acts[1:]:
        act.at(case.duration(0.0, 9.0))
    run = world.attempt_all(*acts)
    return [
        Sending(*plan, run, f"in call {number} of {len(planned)}, " if acts[1:] else "")
        for number, plan in enumerate(planned, 1)
    ]


@scene
def winters(case: Case) -> Iterator[Sending]:
    for world in case.explore():
        tries, at_once = case.pick([(2, 12), (10, 2)])
        yield from _play(case, world, tries, at_once)


@scene
def shutdowns(case: Case) -> Iterator[Sending]:
    for world in case.explore(cancel=True):
        yield from _play(case, world, 2, 2)


@check(
    "What may pass is tried again, `tries` times at the most",
    points=2,
    advice="count the tries, and raise the error of the last one",
)
def tries_again(case: Case) -> None:
    for sending in winters(case):
        sending.expect_outcome_of_a_post()
        if not sending.is_refused:
            sending.expect_tries()
            sending.expect_ended_at_once()


@check(
    "Each wait is twice as long as the one before, up to the longest",
    points=2,
    advice=TIMETABLE,
)
def waits_grow(case: Case) -> None:
    for sending in winters(case):
        sending.expect_outcome_of_a_post()
        sending.run.expect_unblocked()
        if sending.due > 1:
            sending.expect(
                len(sending.posts) > 1,
                f"{sending._told(1)}, with {counted(sending.tries, 'try', 'tries')} at the most; "
                f"{sending.how_it_ended()}, and should have waited and tried again",
                at=sending.posts.last,
                advice="after a ConnectionError or a TimeoutError, wait and try again",
            )
        sending.expect_timetable()


@check(
    "An error that will not pass is raised at once",
    advice="catch only what is worth another try, and let every other error out",
)
def other_errors_come_out(case: Case) -> None:
    for sending in winters(case):
        sending.expect_outcome_of_a_post()
        if sending.is_refused:
            sending.expect_tries()
            sending.expect_ended_at_once()


@check(
    "When it is cancelled, it ends at once and tries no more",
    points=2,
    advice="a cancellation is no failed try: let it out",
)
def gives_way(case: Case) -> None:
    for sending in shutdowns(case):
        sending.expect_outcome_of_a_post()
        if sending.was_cut_short:
            sending.expect_gave_way()
        sending.run.expect_nothing_left()


@question
def cancelled_in_a_try(case: Case) -> str | None:
    world = case.world()
    office = world.add(Office([ConnectionError("the link is down")], [1.0]))
    act = world.call("send", office, 21, 9, 1.0, 1.0).cancel_after(2.5)
    run = world.observe_all(act)
    if act.record.ended is None:
        return "goes_on"
    return "ends" if same_time(run.elapsed, 2.5) else "next_try"
