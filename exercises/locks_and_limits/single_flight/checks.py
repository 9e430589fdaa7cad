"""Checks for single_flight: one fetch at a time for each town, and its outcome for all who wait."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

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
    counted,
    is_later,
    question,
    same_time,
    scene,
    shown,
    takes,
)

ERRORS = (ConnectionError, TimeoutError, LookupError, RuntimeError)
LEAVE = (
    "shield nothing, and wait for nothing when `get` is cancelled: whatever is to be put in order, do it "
    "without an `await`"
)
TAKE_OVER = (
    "follow `get` for a visitor that is cancelled while it fetches: who wakes those who wait, and who of them "
    "fetches in its place?"
)
APART = "let neither another town nor another cache hold up a fetch: share nothing between them"


class Origin(Service):
    """Knows the forecast of each town, which is another one each time, unless it is empty. The first fetches
    of a town may fail."""

    latency = 1.0

    def __init__(self, seconds: dict[str, float], failing: dict[str, int], empty: set[str]) -> None:
        self.seconds = seconds
        self.failing = failing
        self.empty = empty
        self.fetches = Counter[str]()

    @takes("seconds")
    def fetch(self, town: str) -> str:
        self.fetches[town] += 1
        number = self.fetches[town]
        if number <= self.failing.get(town, 0):
            raise ERRORS[number % len(ERRORS)](f"no forecast of {town} at try {number}")
        return "" if town in self.empty else f"forecast {number} of {town}"


@dataclass(frozen=True)
class Visit:
    """Somebody who asks a cache for a town."""

    town: str
    act: Act

    @property
    def was_sent_away(self) -> bool:
        return self.act.record.cancelled_at is not None


@dataclass(frozen=True)
class Town:
    """All that had to do with a town in one cache."""

    name: str
    origin: Origin
    visits: Sequence[Visit]
    fetches: Calls
    run: Run

    def stretches(self) -> Iterator[tuple[float, float, Calls, list[Visit]]]:
        """From when until when which fetches were under way, and which visitors were there."""
        moments = {
            moment for visit in self.visits for moment in (visit.act.started, visit.act.ended)
        }
        for fetch in self.fetches:
            moments |= {fetch.started, self.run.elapsed if fetch.ended is None else fetch.ended}
        for begin, end in pairwise(sorted(moments)):
            if is_later(end, begin):  # What happens in one instant happens in any order.
                middle = (begin + end) / 2
                visits = [v for v in self.visits if v.act.started < middle < v.act.ended]
                yield begin, end, self.fetches.under_way(middle), visits

    def is_undisturbed(self, fetch: Call) -> bool:
        """Whether nobody was sent away just when this fetch ended, whose outcome may then be lost."""
        return fetch.ended is not None and not any(
            visit.was_sent_away and same_time(visit.act.record.cancelled_at or 0.0, fetch.ended)
            for visit in self.visits
        )

    def expect_one_at_a_time(self) -> None:
        for begin, _, fetches, visits in self.stretches():
            self.run.expect(
                len(fetches) < 2,
                f"at {begin:g} s {counted(len(fetches), 'fetch', 'fetches')} of {self.name} were under way, "
                f"for {counted(len(visits), 'visitor')}",
                at=fetches.last,
                advice="leave a note that a fetch is under way before its first `await`, and let a visitor who finds "
                "the note wait",
            )

    def expect_kept(self) -> None:
        """What was fetched was not fetched again."""
        for fetch in self.fetches.done:
            again = [call for call in self.fetches if call.order > (fetch.ended_order or 0)]
            if again and self.is_undisturbed(fetch):
                self.run.fail(
                    f"the forecast of {self.name} was there at {fetch.ended:g} s: {shown(fetch.reply)}. At "
                    f"{again[0].started:g} s it was fetched again",
                    at=again[0],
                    advice='look into the cache again after each wait, and take what is there, even `""`',
                )

    def expect_no_idle_wait(self) -> None:
        """While somebody waited, a fetch was under way."""
        left = [visit.act.ended for visit in self.visits if visit.was_sent_away]
        for begin, end, fetches, visits in self.stretches():
            if fetches or not visits:
                continue
            seen = f"{counted(len(visits), 'visitor')} waited for {self.name} from {begin:g} s to {end:g} s, and "
            seen += "no fetch of it was under way"
            before = [f for f in self.fetches if f.ended is not None and same_time(f.ended, begin)]
            advice = APART
            if any(same_time(moment, begin) for moment in left):
                seen += "; somebody had just been cancelled who waited for it, too"
                advice = TAKE_OVER
            elif before:
                seen += f"; one had just {'ended' if before[0].done else 'failed'}"
                advice = (
                    "wake all who wait for a fetch the moment it is over: no clock, no other town"
                )
            others = [call for call in self.run.calls if call not in self.fetches]
            self.run.fail(
                seen,
                at=next(iter(before), None),
                advice=advice,
                together=[self.fetches, others],
            )

    def expect_outcomes(self) -> None:
        """Everybody got the forecast, or the error of the fetch that they waited for."""
        for visit in self.visits:
            act = visit.act
            if act.was_cancelled or (visit.was_sent_away and act.gave_way(self.fetches)):
                continue
            if act.error is not None:
                self._expect_error_of_a_fetch(act)
            else:
                replies = [
                    f.reply for f in self.fetches.done if not is_later(f.ended or 0.0, act.ended)
                ]
                if act.value not in replies:
                    self._refuse(act, replies)

    def _refuse(self, act: Act, replies: Sequence[object]) -> NoReturn:
        """Fail the check: the value that `act` returned is none of the `replies` of this cache's origin."""
        seen = f"get({self.name!r}) returned {shown(act.value)} at {act.ended:g} s"
        advice = "return what the origin has returned for this town"
        elsewhere = self.run.calls_to("fetch").done.where(
            lambda call: (
                call.service is not self.origin
                and call.given["town"] == self.name
                and call.reply == act.value
                and not is_later(call.ended or 0.0, act.ended)
            )
        )
        if replies:
            seen += f"; fetch() had returned {shown(replies[0])}"
        else:
            asked = any(not is_later(f.started, act.ended) for f in self.fetches)
            seen += f"; no fetch from the origin of this cache had {'succeeded yet' if asked else 'begun'}"
        if elsewhere:
            seen += (
                f". The origin of another cache had returned just that, at {elsewhere[0].ended:g} s"
            )
            advice = (
                "keep what was fetched in the cache that was asked: let two caches share nothing"
            )
        self.run.fail(seen, at=self.fetches.last if replies else None, advice=advice)

    def _expect_error_of_a_fetch(self, act: Act) -> None:
        """The error is that of a fetch that failed just then, and was under way while `act` waited."""
        raised = {Failure(error.kind, error.message) for error in act.errors}
        failed = self.fetches.where(lambda call: call.outcome == "failed")
        # Who comes at the very moment at which a fetch fails may have waited for it, or not.
        own = failed.where(
            lambda call: (
                same_time(call.ended or 0.0, act.ended)
                and not is_later(act.started, call.ended or 0.0)
            )
        )
        if any(raised == {call.failure} for call in own):
            return
        errors = sorted(map(str, raised))
        what = f"get({self.name!r}), called at {act.started:g} s, raised {' and '.join(errors)} at {act.ended:g} s"
        old = failed.where(lambda call: call.failure in raised).first
        if old is not None:
            what += f"; that error is of a fetch that failed at {old.ended:g} s"
            advice = "keep no error: it is for those who wait for that fetch, and for nobody who comes later"
        elif own:
            what += f"; the fetch that it waited for failed with {own[0].failure}"
            advice = "let the error of the fetch itself reach all who wait for it"
        else:
            before = failed.where(lambda call: not is_later(call.ended or 0.0, act.ended))
            what += f", and no fetch of {self.name} had failed" + (" just then" if before else "")
            advice = "follow `get` for a visitor that waits, and for the one that it waits for"
            if any(error.kind == "TimeoutError" and not error.call for error in act.errors):
                advice = "set no time limit in `get`: a fetch may take hours"
            advice = advise(act.errors[0], self.run.trace.backend) or advice
        self.run.fail(what, at=act.errors[0], advice=advice)

    def expect_shared_errors(self) -> None:
        """Whoever waited when a fetch failed heard of it then."""
        for fetch in self.fetches.where(lambda call: call.outcome == "failed"):
            if not self.is_undisturbed(fetch):
                continue
            assert fetch.ended is not None
            for visit in self.visits:
                act = visit.act
                waited = is_later(fetch.ended, act.started) and is_later(act.ended, fetch.ended)
                others = sum(v.act.started < fetch.ended <= v.act.ended + 1e-6 for v in self.visits)
                self.run.expect(
                    not waited,
                    f"the fetch of {self.name} failed at {fetch.ended:g} s, and {counted(others, 'visitor')} waited "
                    f"for it; all of them should have heard of that, and one did not end until {act.ended:g} s",
                    at=fetch,
                    advice="a fetch that fails is over for all who wait for it: hand them its error, and let none of "
                    "them try again",
                )


@dataclass(frozen=True)
class Day:
    """What happened to a cache or two."""

    towns: Sequence[Town]
    run: Run

    def expect_right_answers(self) -> None:
        for town in self.towns:
            town.expect_outcomes()


def play(case: Case, world: World, *, leaving: bool) -> Day:
    """Visitors come to two caches; with `leaving`, some of them go before they have an answer."""
    planned = [
        _draw(case, world, towns, visits, leaving=leaving) for towns, visits in ((3, 40), (1, 4))
    ]
    run = world.attempt_all(*(visit.act for _, visits in planned for visit in visits))
    return Day(
        [
            Town(
                name,
                origin,
                [visit for visit in visits if visit.town == name],
                run.calls.to(origin).given(town=name),
                run,
            )
            for origin, visits in planned
            for name in origin.seconds
        ],
        run,
    )


def _draw(
    case: Case, world: World, most_towns: int, most_visits: int, *, leaving: bool
) -> tuple[Origin, list[Visit]]:
    longest = case.pick([9.007, 900.007, 200_000.007])
    seconds: dict[str, float] = {}
    failing: dict[str, int] = {}
    empty: set[str] = set()
    for number in range(case.size(1, most_towns)):
        town = f"Town {number + 1}"
        seconds[town] = case.duration(0.503, longest)
        failing[town] = case.integer(0, 2)
        if case.pick([False, True]):
            empty.add(town)
    origin = world.add(Origin(seconds, failing, empty))
    cache = world.new("Cache", origin)
    visits: list[Visit] = []
    for _ in range(case.size(1, most_visits)):
        town = case.pick(list(seconds))
        act = cache.get(town).at(case.duration(0.0, 3.0))
        if case.integer(0, 3) == 3 and visits:
            act.after(visits[-1].act)  # At the very moment at which there is an answer.
        if leaving and case.integer(0, 2) == 2:
            act.cancel_after(case.duration(0.101, 4.0))
        visits.append(Visit(town, act))
    return origin, visits


@scene
def rushes(case: Case) -> Iterator[Day]:
    for world in case.explore(orders=True):
        yield play(case, world, leaving=False)


@scene
def departures(case: Case) -> Iterator[Day]:
    for world in case.explore(cancel=True):
        yield play(case, world, leaving=True)


@check(
    "A town is fetched once, however many visitors ask for it, and its forecast is kept",
    points=2,
    advice="the visitor who begins a fetch must leave a note before the first `await`",
)
def one_fetch(case: Case) -> None:
    for day in rushes(case):
        for town in day.towns:
            town.expect_one_at_a_time()
            town.expect_kept()
        day.expect_right_answers()


@check(
    "A visitor waits for the fetch of that town, and for nothing else",
    advice="wake those who wait for a town the moment its forecast is there",
)
def no_idle_wait(case: Case) -> None:
    for day in rushes(case):
        day.expect_right_answers()
        for town in day.towns:
            town.expect_no_idle_wait()


@check(
    "An error reaches every visitor who waits for that fetch, and is not kept",
    points=2,
    advice="hand the error of a fetch to those who wait for it, and forget it then",
)
def shared_errors(case: Case) -> None:
    for day in rushes(case):
        day.expect_right_answers()
        for town in day.towns:
            town.expect_shared_errors()


@check(
    "A cancelled visitor leaves at once, and nobody else is affected",
    points=3,
    advice=TAKE_OVER,
)
def safe_departures(case: Case) -> None:
    for day in departures(case):
        for town in day.towns:
            for visit in town.visits:
                left_at = visit.act.record.cancelled_at
                day.run.expect(
                    left_at is None or not is_later(visit.act.ended, left_at),
                    f"a visitor of {town.name} was cancelled at {left_at or 0.0:g} s, and get() went on until "
                    f"{visit.act.ended:g} s",
                    advice=LEAVE,
                )
            town.expect_one_at_a_time()
            town.expect_no_idle_wait()
            town.expect_kept()
            town.expect_shared_errors()
        day.expect_right_answers()


@question
def three_visitors(case: Case) -> str | None:
    world = case.world()
    origin = world.add(Origin({"Oslo": 1.0}, {}, set()))
    cache = world.new("Cache", origin)
    run = world.run_all(*(cache.get("Oslo") for _ in range(3)))
    if len(run.calls) == 1:
        return "once"
    return {1: "in_turn", 3: "each"}.get(run.calls.most_in_flight)
