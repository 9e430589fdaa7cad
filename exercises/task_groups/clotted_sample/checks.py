"""Checks for clotted_sample: one exception comes out as it is, several in a group."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NoReturn

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    EndOfStream,
    ErrorTree,
    Run,
    Service,
    World,
    advise,
    check,
    is_later,
    listed,
    question,
    same,
    same_time,
    scene,
    shown,
)

ERRORS = (
    ValueError,
    ConnectionError,
    TimeoutError,
    KeyError,
    EndOfStream,
    RuntimeError,
    BrokenResourceError,
    OSError,
    LookupError,
    ArithmeticError,
)
UNWRAP = "catch the exception group that comes out, and if there is only one exception in it, however deep, raise that one"
OUTSIDE = "go on to the exception itself, whatever its kind, and do so outside of all task groups"
KEEP_THE_GROUP = (
    "unwrap only what holds one exception: if there are several, let them all out in a group"
)
THE_VERY_ONE = "raise the very exception, and put no other in its place"
LIMITLESS = "wait for each call as long as it takes: set no limit of your own"


class Machine(Service):
    """Each call takes a time of its own, and brings a value or an error."""

    def __init__(
        self,
        measures: dict[str, tuple[float, float | Exception]],
        pings: list[tuple[float, Exception | None]],
    ) -> None:
        self.measures = measures
        self.pings = pings
        self.pinged = 0

    def measure(self, sample: str, substance: str) -> Generator[float, None, float]:
        seconds, outcome = self.measures.get(substance, (0.0, ValueError(f"no {substance} here")))
        yield seconds
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def ping(self) -> Generator[float, None, None]:
        seconds, error = self.pings[min(self.pinged, len(self.pings) - 1)]
        self.pinged += 1
        yield seconds
        if error is not None:
            raise error


@dataclass(frozen=True)
class Examination:
    """One call of examine, with a machine of its own."""

    machine: Machine
    sample: str
    substances: list[str]
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    def fail(self, message: str, advice: str, *, at: Call | ErrorTree | None = None) -> NoReturn:
        """As `run.fail`; each message says itself what was raised."""
        self.run.fail(self.place + message, at=at, advice=advice, tells_error=True)

    @property
    def calls(self) -> Calls:
        return self.run.calls.to(self.machine)

    @property
    def measured(self) -> Calls:
        return self.calls.where(lambda call: call.method == "measure")

    @property
    def pings(self) -> Calls:
        return self.calls.where(lambda call: call.method == "ping")

    @property
    def was_cut_short(self) -> bool:
        return self.act.record.cancelled_at is not None

    @property
    def failed(self) -> Calls:
        """The calls that failed at the first moment at which one did."""
        failed = self.calls.where(lambda call: call.outcome == "failed")
        first = min((call.ended or 0.0 for call in failed), default=0.0)
        return failed.where(lambda call: same_time(call.ended or 0.0, first))

    @property
    def is_all_measured(self) -> bool:
        return all(self.measured.given(substance=each).done for each in self.substances)

    @property
    def ending(self) -> str:
        act = self.act
        if act.error is None:
            return f"examine() returned {shown(act.value)} at {act.ended:g} s"
        if not act.error.children:
            return f"examine() raised {_named(act.error)} at {act.ended:g} s"
        depth = _depth(act.error)
        return (
            f"examine() raised an {act.error.kind} at {act.ended:g} s, which holds "
            f"{listed([_named(error) for error in act.errors])}"
            + (", in a group inside the group" if depth > 1 else "")
        )

    def told(self, call: Call) -> str:
        if call.method == "ping":
            return f"ping() failed at {call.ended:g} s with {call.failure}"
        return (
            f"measure() of {call.given['substance']} failed at {call.ended:g} s with {call.failure}"
        )

    def expect_called(self) -> None:
        """Everything was measured, once, from the beginning; and the machine was pinged when it should be."""
        act = self.act
        for substance in self.substances:
            tries = self.measured.given(substance=substance, sample=self.sample)
            first = tries.first
            if len(tries) > 1:
                self.fail(
                    f"{substance} was measured {len(tries)} times",
                    "measure each substance once, and do not try again",
                    at=tries.last,
                )
            if first is None and same_time(act.ended, act.started) and self.failed:
                continue  # It was over before its turn had come.
            if first is None:
                self.fail(
                    f"{substance} was never measured; {self.ending}",
                    (advise(act.errors[0], self.run.trace.backend) if act.errors else None)
                    or "measure all substances, at the same time",
                )
            if is_later(first.started, act.started):
                self.fail(
                    f"examine() was called at {act.started:g} s, and the measurement of {substance} began at "
                    f"{first.started:g} s",
                    "measure all substances at the same time, from the beginning",
                    at=first,
                )
        for call in self.measured:
            if (
                call.given["substance"] not in self.substances
                or call.given["sample"] != self.sample
            ):
                self.fail(
                    f"measure() was called with {shown(list(call.arguments))}",
                    "measure this sample, and the substances that are asked for",
                    at=call,
                )
        self._expect_pinged()

    def _expect_pinged(self) -> None:
        act, pings = self.act, self.pings
        replies = [act.started, *(call.ended for call in pings if call.ended is not None)]
        for number, reply in enumerate(replies):
            due = reply + 60.0
            ping = pings[number] if number < len(pings) else None
            since = "examine() was called" if number == 0 else "the last ping was answered"
            if ping is None and is_later(act.ended, due):
                self.fail(
                    f"{since} at {reply:g} s, and the machine was not pinged at {due:g} s; {self.ending}",
                    "let keep_awake() run as long as something is measured",
                    at=pings.last,
                )
            if ping is not None and not same_time(ping.started, due):
                self.fail(
                    f"{since} at {reply:g} s, and the next ping began at {ping.started:g} s; {due:g} s was due",
                    "leave keep_awake() as it was",
                    at=ping,
                )

    def expect_ended_at_once(self) -> None:
        """At the first failure, or when all was measured."""
        act, failed = self.act, self.failed
        for call in self.calls:
            if call.outcome == "cancelled" and not failed and not self.is_all_measured:
                self.fail(
                    f"{call.method}(), begun at {call.started:g} s, was cancelled at {call.ended:g} s, and nothing "
                    f"had failed; {self.ending}",
                    LIMITLESS,
                    at=call,
                )
        last = max((call.ended or 0.0 for call in self.measured), default=act.started)
        over = (failed[0].ended or 0.0) if failed else last
        if not same_time(act.ended, over):
            seen = self.told(failed[0]) if failed else f"all was measured at {over:g} s"
            self.fail(
                f"{seen}; {self.ending}",
                "end at the first failure: it cancels what is still under way"
                if failed
                else "end as soon as all is measured, and stop the pings",
                at=failed.first,
            )
        self.run.expect_ended_with(act, self.calls, place=self.place)

    def expect_result(self) -> None:
        """Nothing failed, and it returned what was measured."""
        due = {each: self.machine.measures[each][1] for each in self.substances}
        if self.act.error is not None:
            error = self.act.errors[0]
            other = next((c for c in self.run.calls if c.number == error.call), None)
            self.fail(
                f"none of its calls had failed; {self.ending}",
                advise(error, self.run.trace.backend)
                or (
                    "keep nothing of one call of examine() where another one finds it"
                    if other is not None
                    else "raise nothing if nothing has failed"
                ),
                at=error,
            )
        if not same(self.act.value, due):
            self.fail(
                f"{self.ending}; {shown(due)} was due",
                "return what was measured, all of it, even what is 0.0",
            )

    def expect_the_exception_itself(self) -> None:
        """One call failed, and what it raised came out, alone and as it is."""
        act, call = self.act, self.failed[0]
        error = act.error
        if error is None:
            if (
                not is_later(max(each.ended or 0.0 for each in self.measured), call.ended or 0.0)
                and self.is_all_measured
            ):
                self.expect_result()
                return
            self.fail(
                f"{self.told(call)}; {self.ending}",
                "let the exception reach the caller, whichever call it comes from",
                at=call,
            )
        if not act.heard(call):
            wrong = act.errors[0]
            self.fail(
                f"{self.told(call)}; {self.ending}",
                advise(wrong, self.run.trace.backend) or THE_VERY_ONE,
                at=wrong,
            )
        if error.children:
            self.fail(
                f"{self.told(call)}, and nothing else went wrong. {self.ending}: an `except {call.failure and call.failure.kind}` "
                "of the caller does not catch that",
                UNWRAP if _depth(error) > 1 else OUTSIDE,
                at=call,
            )

    def expect_all_in_a_group(self) -> None:
        """Several calls failed, and all that they raised came out in a group, and nothing else."""
        act, failed = self.act, self.failed
        seen = f"{' and '.join(self.told(call) for call in failed)}. {self.ending}"
        heard = failed.where(act.heard)
        if not heard:
            self.fail(
                seen,
                (advise(act.errors[0], self.run.trace.backend) if act.errors else None)
                or (THE_VERY_ONE if act.errors else "let exceptions reach the caller"),
                at=act.errors[0] if act.errors else failed.first,
            )
        missing = failed.where(lambda call: not act.heard(call))
        if missing:
            self.fail(
                f"{seen}; its caller never heard of {'the other' if len(missing) == 1 else f'the other {len(missing)}'}",
                KEEP_THE_GROUP,
                at=missing.first,
            )
        numbers = [error.call for error in act.errors]
        for error in act.errors:
            if error.call not in [call.number for call in failed]:
                self.fail(
                    f"{seen}; no call had raised {_named(error)}",
                    advise(error, self.run.trace.backend)
                    or "let nothing out but what the calls raised",
                    at=error,
                )
            if numbers.count(error.call) > 1:
                self.fail(
                    f"{seen}; {_named(error)} came out {numbers.count(error.call)} times",
                    "let each exception out once",
                    at=error,
                )


def _named(error: ErrorTree) -> str:
    return f"{error.kind}: {error.message}" if error.message else error.kind


def _depth(error: ErrorTree) -> int:
    return 1 + max(map(_depth, error.children)) if error.children else 0


def _plan(
    case: Case, world: World, turn: int, most: int, sort: str
) -> tuple[Machine, str, list[str], Act]:
    """A call of examine, in which as many calls fail, at the same moment, as the `sort` has it."""
    substances = [
        f"substance {'ABCDEF'[SORTS.index(sort)]}{number}" for number in range(1, most + 1)
    ]
    longest, longest_ping = case.pick([(50.0, 5.0), (250.0, 90.0), (90_000.0, 40_000.0)])
    seconds = {each: case.duration(0.02, longest) for each in substances}
    seconds[substances[-1]] *= case.pick([1, 1, 0])
    pings: list[tuple[float, Exception | None]] = [
        (case.duration(0.02 if longest < 1000.0 else longest / 4, longest_ping + longest / 4), None)
        for _ in range(3)
    ]
    text = case.pick(["{} {}", "it is broken", ""])
    kinds = case.pick([1, 1, 0])

    def error(number: int) -> Exception:
        return ERRORS[(turn + number * kinds) % len(ERRORS)](text.format("failure", number + 1))

    values: dict[str, float | Exception] = {each: case.integer(0, 9) / 4 for each in substances}
    moment = case.duration(0.02, longest) * case.pick([1, 1, 1, 0])
    if "ping" in sort:
        number = case.integer(0, 1)
        begun = 60.0 * (number + 1) + sum(took for took, _ in pings[:number])
        moment = begun + pings[number][0]
        pings[number] = pings[number][0], error(most)
        # What does not fail is still measured by then.
        seconds = {each: took + moment for each, took in seconds.items()}
    failing = {
        "none": 0,
        "one": 1,
        "ping": 0,
        "several": 3,
        "ping and one": 1,
        "ping and all": most,
    }
    for number, each in enumerate(case.distinct(substances, min(most, failing[sort]))):
        seconds[each], values[each] = moment, error(number)
    if sort == "ping" and case.pick([False, False, True]):
        seconds[substances[0]] = moment  # The last of all, if it is the only one.
    machine = world.add(
        Machine({each: (seconds[each], values[each]) for each in substances}, pings)
    )
    sample = f"sample {case.random.randint(100, 999)}"
    asked = substances[: case.size(0 if sort == "none" else 1, most)]
    if sort == "none" and case.pick([False, False, True]):
        asked = []
    return machine, sample, asked, world.call("examine", machine, sample, asked)


SORTS = ("one", "several", "ping", "none", "ping and one", "ping and all")


@scene
def examinations(case: Case) -> Iterator[list[Examination]]:
    for world in case.explore(cancel=True):
        turn = case.integer(0, 29)
        planned = [
            _plan(case, world, turn + number, most, SORTS[(turn + number) % len(SORTS)])
            for number, most in enumerate([5, 3, 2])
        ]
        acts = [act for *_, act in planned]
        for before, act in pairwise(acts):
            if case.pick([False, True]):
                act.after(before)
        run = world.attempt_all(*acts)
        yield [
            Examination(*plan, run, f"in call {number} of {len(acts)}, ")
            for number, plan in enumerate(planned, 1)
        ]


@check("What one call raised reaches the caller as it is", points=3, advice=UNWRAP)
def one_alone(case: Case) -> None:
    for examination in chain.from_iterable(examinations(case)):
        if examination.was_cut_short:
            continue
        examination.expect_called()
        if len(examination.failed) == 1:
            examination.expect_the_exception_itself()


@check(
    "What several calls raised at the same moment reaches the caller in a group",
    points=2,
    advice=KEEP_THE_GROUP,
)
def several_in_a_group(case: Case) -> None:
    for examination in chain.from_iterable(examinations(case)):
        if examination.was_cut_short:
            continue
        examination.expect_called()
        if len(examination.failed) > 1:
            examination.expect_all_in_a_group()


@check(
    "All is measured at the same time, and a failure or a cancellation ends it at once", points=2
)
def at_once(case: Case) -> None:
    for examination in chain.from_iterable(examinations(case)):
        if examination.was_cut_short:
            examination.run.expect_gave_way(
                examination.act,
                examination.calls,
                done=examination.is_all_measured,
                place=examination.place,
            )
            continue
        examination.expect_called()
        examination.expect_ended_at_once()
        if not examination.failed:
            examination.expect_result()
        examination.run.expect_nothing_left()


@question
def iron_and_sugar(case: Case) -> str | None:
    world = case.world()
    machine = world.add(
        Machine({"iron": (2.0, ValueError("it has clotted")), "sugar": (5.0, 4.5)}, [(0.1, None)])
    )
    run = world.observe("examine", machine, "sample 1", ["iron", "sugar"])
    if run.error is None:
        return "returned"
    if run.error.children:
        return "group" if same_time(run.elapsed, 2.0) else None
    return {2.0: "caught", 5.0: "late"}.get(round(run.elapsed, 3))
