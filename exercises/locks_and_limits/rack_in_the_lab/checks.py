"""Checks for rack_in_the_lab: who waits for room or for a sample, and what wakes them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn, TypeAlias

from checker import (
    Act,
    Case,
    Instance,
    Run,
    World,
    advise,
    check,
    counted,
    is_later,
    often,
    question,
    same,
    same_time,
    scene,
    shown,
    were,
)

LOOK_AGAIN = (
    "whoever is woken must look again before going on: between the notification and the moment at which they have "
    "the lock, somebody else may have been there"
)
WAKE_THE_RIGHT_ONE = (
    "whom does a notification wake, and what if that one can do nothing with it? Wake all, or let robots and analysers "
    "wait in different places"
)
PASS_IT_ON = (
    "follow a call that waits, is woken and is cancelled before it goes on: somebody else could have gone on in its "
    "place, and must be woken"
)
AS_IT_IS = (
    "whoever comes must find the rack as it is: count the samples that are in there and nothing else, and let nobody "
    "hold a lock while they wait"
)
NO_TRACE = (
    "a call that is cancelled must leave nothing behind, and take nothing with it: no place in a queue, no room, no sample, and no "
    "notification that somebody else is waiting for"
)
ANOTHER_RACK = "let each rack keep what it needs in attributes of its own: nothing in the module or in the class"


@dataclass(frozen=True)
class Visit:
    """A call of `put()` or `take()`."""

    act: Act
    sample: int | None
    """What is put in; None for one who takes."""

    @property
    def is_put(self) -> bool:
        return self.sample is not None

    @property
    def name(self) -> str:
        return f"put({self.sample})" if self.is_put else "take()"

    @property
    def cancelled_at(self) -> float | None:
        return self.act.record.cancelled_at

    @property
    def returned(self) -> bool:
        return self.act.error is None and not self.act.was_cancelled

    def waited(self, at: float) -> bool:
        """Whether it was under way at this moment, which is no moment at which anything happened."""
        return self.act.started < at < self.act.ended


@dataclass(frozen=True)
class Plan:
    """A rack, all calls of its methods, and from when on they come one at a time."""

    room: int
    visits: Sequence[Visit]
    calm: float
    name: str
    """Which rack it is, for the beginning of a message."""
    leaving: bool
    """Whether calls are cancelled before the end."""


class Rack:
    """What happened to a rack."""

    def __init__(self, plan: Plan, run: Run) -> None:
        self.plan = plan
        self.room = plan.room
        self.visits = plan.visits
        self.run = run
        self.takes = sorted(
            (visit for visit in plan.visits if not visit.is_put and visit.returned),
            key=lambda visit: visit.act.ended,
        )
        out = {visit.act.value for visit in self.takes if isinstance(visit.act.value, int)}
        self.puts = sorted(
            (
                visit
                for visit in plan.visits
                if visit.is_put
                and (visit.returned or (visit.sample in out and self._may_be_in(visit)))
            ),
            key=lambda visit: visit.act.ended,
        )

    def _may_be_in(self, put: Visit) -> bool:
        """Whether this put() was cancelled in an instant in which there may have been room for its sample."""
        cancelled = put.cancelled_at
        return cancelled is not None and any(
            same_time(moment, cancelled)
            for moment in (put.act.started, *(take.act.ended for take in self.takes))
        )

    def held(self, at: float) -> list[Visit]:
        """Those whose samples were in the rack at this moment."""
        taken = Counter(take.act.value for take in self.takes if take.act.ended < at)
        held = []
        for put in self.puts:
            if put.act.ended > at:
                continue
            if taken[put.sample]:
                taken[put.sample] -= 1
            else:
                held.append(put)
        return held

    def stretches(self) -> Iterator[tuple[float, float]]:
        """From when until when nothing happened. What happens in one instant happens in any order."""
        moments = sorted(
            {moment for visit in self.visits for moment in (visit.act.started, visit.act.ended)}
        )
        for begin, end in pairwise(moments):
            if is_later(end, begin):
                yield begin, end

    # --- what must be so ---

    def expect_all(self) -> None:
        self.expect_outcomes()
        self.expect_samples()
        self.expect_room()
        self.expect_no_idle_wait()

    def expect_outcomes(self) -> None:
        """Every call returned, or was cancelled and ended at once."""
        for visit in self.visits:
            act = visit.act
            self.run.expect_ended_with(act, [], place=self.plan.name)
            if act.error is None or act.gave_way([]):
                continue
            seen = f"{self.plan.name}{visit.name}, called at {act.started:g} s, raised {act.raised} at {act.ended:g} s"
            advice = advise(act.errors[0], self.run.trace.backend)
            others = [
                other
                for other in self.takes
                if not visit.is_put and same_time(other.act.ended, act.ended)
            ]
            if act.errors[0].kind == "IndexError" and is_later(act.ended, act.started):
                seen += ": it had waited, and when it went on there was nothing in the rack"
                if others:
                    seen += f"; {counted(len(others), 'sample')} had been taken by others in that instant"
                advice = LOOK_AGAIN
            self.run.fail(
                seen,
                at=act.errors[0],
                advice=advice
                or "nothing may go wrong in a rack: follow this call to the line that raises",
                tells_error=True,
            )

    def expect_room(self) -> None:
        """There were never too many samples in the rack."""
        for begin, end in self.stretches():
            held = self.held((begin + end) / 2)
            self.run.expect(
                len(held) <= self.room,
                f"{self.plan.name}{counted(len(held), 'call')} of put() had returned by {begin:g} s whose samples had not come "
                f"out yet; there is room for {self.room}",
                advice=LOOK_AGAIN
                if self.takes
                else "let put() return when its sample is in the rack",
            )

    def expect_samples(self) -> None:
        """What came out had been put in, and came out once, in order."""
        run, name = self.run, self.plan.name
        left = list(self.puts)
        matched: list[tuple[Visit, Visit]] = []
        for take in self.takes:
            value, ended = take.act.value, take.act.ended
            put = next((put for put in left if same(put.sample, value)), None)
            if put is None or is_later(put.act.ended, ended):
                self._refuse(take)
            left.remove(put)
            matched.append((put, take))
        for number, (put, take) in enumerate(matched):
            for other, before in matched[:number]:
                run.expect(
                    not is_later(other.act.ended, put.act.ended)
                    or not is_later(take.act.ended, before.act.ended),
                    f"{name}sample {put.sample} was put in at {put.act.ended:g} s, and sample {other.sample} at "
                    f"{other.act.ended:g} s; sample {other.sample} came out at {before.act.ended:g} s, and sample "
                    f"{put.sample} not before {take.act.ended:g} s",
                    advice="take out what was put in first",
                )

    def _refuse(self, take: Visit) -> NoReturn:
        """Fail the check: what this call returned was not in the rack."""
        value, ended = take.act.value, take.act.ended
        seen = f"{self.plan.name}take() returned {shown(value)} at {ended:g} s"
        advice = "let `take()` return what `put()` was called with, and take it out of the rack"
        puts = [
            put
            for put in self.visits
            if put.is_put and same(put.sample, value) and not is_later(put.act.started, ended)
        ]
        before = [
            other.act.ended
            for other in self.takes
            if other is not take
            and same(other.act.value, value)
            and not is_later(other.act.ended, ended)
        ]
        if take.cancelled_at is not None:
            seen = f"{self.plan.name}take() was cancelled at {take.cancelled_at:g} s and returned {shown(value)} all the "
            seen += "same; there was no such sample in the rack"
            advice = "let the cancellation out: do not catch it, or raise it again"
        elif not puts:
            seen += "; nobody had put in such a sample"
        elif not any(put in self.puts for put in puts):
            put = puts[0]
            if put.cancelled_at is not None and not is_later(put.cancelled_at, ended):
                seen += f"; the call of put() with that sample had been cancelled at {put.cancelled_at:g} s, while it "
                seen += "waited for room"
                advice = NO_TRACE
            else:
                seen += "; the call of put() with that sample still waited for room"
        elif before:
            seen += f"; it had been taken out at {before[-1]:g} s, and put in {'only once' if len(puts) == 1 else often(len(puts))}"
        else:
            seen += "; the call of put() with that sample was not done then"
        self.run.fail(seen, advice=advice)

    def expect_no_idle_wait(self, since: float = 0.0) -> None:
        """Nobody waited for room where there was some, or for a sample where there was one."""
        for begin, end in self.stretches():
            if begin < since:
                continue
            middle = (begin + end) / 2
            held = self.held(middle)
            waiting = [visit for visit in self.visits if visit.waited(middle)]
            idle = [visit for visit in waiting if (len(held) < self.room if visit.is_put else held)]
            if not idle:
                continue
            seen = f"{self.plan.name}{idle[0].name}, called at {idle[0].act.started:g} s, waited from {begin:g} s to "
            seen += f"{end:g} s, and there {were(len(held))} {counted(len(held), 'sample')} in the rack, which has room "
            seen += f"for {self.room}"
            self.run.fail(seen, advice=self._why(begin, idle[0], held))

    def _why(self, at: float, idle: Visit, held: Sequence[Visit]) -> str:
        """What to try about this call, which waited in vain from this moment on."""
        if held and not any(put.sample for put in held) and not idle.is_put:
            return "`0` is a sample, too: look whether there is one in the rack, and not whether it is true"
        cancelled = [visit.cancelled_at for visit in self.visits if visit.cancelled_at is not None]
        cancelled = [moment for moment in cancelled if not is_later(moment, at)]
        changed = any(same_time(visit.act.ended, at) for visit in [*self.takes, *self.puts])
        if same_time(idle.act.started, at) and not changed:
            return NO_TRACE if cancelled and self.plan.leaving else AS_IT_IS
        if any(same_time(moment, at) for moment in cancelled):
            return PASS_IT_ON
        return NO_TRACE if cancelled and self.plan.leaving else WAKE_THE_RIGHT_ONE


# --- the worlds ---


@scene
def mornings(case: Case) -> Iterator[Rack]:
    """Three racks. At the last one, some wait as long as there are rushes at the others."""
    for world in case.explore():
        tick = _draw_tick(case)
        racks = []
        for room in (case.pick([1, 2]), case.pick([2, 3, 15])):
            racks.append(_Planner(case, world, room, tick))
            start = case.integer(0, len(RUSHES) - 1)
            for number in range(case.size(0, len(RUSHES)) if room < 15 else 0):
                rush = RUSHES[(start + number) % len(RUSHES)]
                racks[-1].rush(rush(room, case.size(1, 2 * min(room, 2))))
        racks.append(_Planner(case, world, case.pick([1, 2]), tick))
        racks[-1].wait(case.pick([False, True]))
        calm = max(rack.moment for rack in racks)
        plans = [
            rack.plan(f"in rack {number} of 3, ", calm, filled=True)
            for number, rack in enumerate(racks, 1)
        ]
        # Those who wait at the last one have come first.
        run = world.attempt_all(*(visit.act for plan in reversed(plans) for visit in plan.visits))
        for plan in plans:
            yield Rack(plan, run)


@scene
def departing_analysers(case: Case) -> Iterator[Rack]:
    for world in case.explore(cancel=True):
        yield _play_departures(case, world, _without_a_sample)


@scene
def departing_robots(case: Case) -> Iterator[Rack]:
    for world in case.explore(cancel=True):
        yield _play_departures(case, world, _without_room)


def _play_departures(case: Case, world: World, rush: "Rush") -> Rack:
    """A rack at which few act at the same time, so that each of them is soon cancelled before each of their steps."""
    room = case.pick([1, 2, 3])
    rack = _Planner(case, world, room, _draw_tick(case), leaving=True)
    rack.rush(rush(room, case.integer(1, 4)))
    plan = rack.plan("", rack.moment, filled=False)
    return Rack(plan, world.attempt_all(*(visit.act for visit in plan.visits)))


def _draw_tick(case: Case) -> float:
    """The seconds between two moments at which something happens."""
    return case.duration(0.503, case.pick([3.0, 3.0, 900_000.0]))


class _Planner:
    """Plans what is to happen to a rack."""

    def __init__(
        self, case: Case, world: World, room: int, tick: float, *, leaving: bool = False
    ) -> None:
        self.room = room
        self.moment = 1
        self._case = case
        self._rack: Instance = world.new("Rack", room)
        self._tick = tick
        self._leaving = leaving
        self._visits: list[Visit] = []

    def _come(self, is_put: bool, at: float, stay: float) -> None:
        """Somebody comes at this moment, and goes after so many more if they still wait then."""
        number = len(self._visits)
        # Where calls are cancelled, one must see which of the samples came out.
        sample = number if self._leaving else self._case.amount(0, 3)
        act = self._rack.put(sample) if is_put else self._rack.take()
        act.at(at * self._tick).cancel_after(stay * self._tick)
        self._visits.append(Visit(act, sample if is_put else None))

    def rush(self, rush: Sequence[tuple[int, int, int]]) -> None:
        leave = self._case.pick([False, False, True])
        for offset, (puts, takes, until) in enumerate(rush):
            stay = 5.5
            if until and leave:  # In the very instant in which they could go on, or before.
                stay = until - offset - self._case.pick([0.5, 0.0])
            for is_put in self._case.shuffled([True] * puts + [False] * takes):
                self._come(is_put, self.moment + offset, stay)
        self.moment += len(rush)

    def wait(self, for_room: bool) -> None:
        """Have two of them wait, from before the first rush until the rack is filled or emptied at last."""
        for is_put in [True] * self.room * for_room + [for_room] * 2:
            self._come(is_put, 0.5, 100.0)

    def plan(self, name: str, moment: int, *, filled: bool) -> Plan:
        """At last, when all the others have gone, the rack is emptied, one by one, and filled and emptied again."""
        self.moment = moment + 6
        calm = self.moment * self._tick
        for is_put in (False, True, False) if filled else (False,):
            for _ in range(self.room + 1):
                self._come(is_put, self.moment, 0.5)
                self.moment += 1
        return Plan(self.room, self._visits, calm, name, self._leaving)


Rush: TypeAlias = Callable[[int, int], list[tuple[int, int, int]]]
"""What comes to a rack with this room, for a crowd of this size, at one moment after the other: how many robots, how many
analysers, and at which of these moments they may be cancelled, or 0."""

RUSHES: Sequence[Rush] = (
    # Some wait for samples; when these come, somebody else comes, too.
    lambda room, crowd: [(0, crowd, 0), (crowd, 1, 0), (1, 0, 0)],
    # Some wait for samples, which come all at once.
    lambda room, crowd: [(0, crowd, 0), (crowd, 0, 0)],
    # Some wait for room, and then many samples are taken at once.
    lambda room, crowd: [(room, 0, 0), (crowd, 0, 0), (0, crowd, 0), (0, room, 0)],
    # Somebody waits for room; when there is some, somebody else comes, too.
    lambda room, crowd: [(room + 1, 0, 0), (1, 1, 0), (0, room + 1, 0)],
)


def _without_a_sample(room: int, crowd: int) -> list[tuple[int, int, int]]:
    """Some wait for a sample, and the first ones may go. In the end, more samples come than there is room for."""
    return [(0, crowd, 2), (0, 1, 0), (crowd, 0, 0), (room + 1, 0, 0), (0, room, 0)]


def _without_room(room: int, crowd: int) -> list[tuple[int, int, int]]:
    """Some wait for room, and the first ones may go. In the end, more want to take than there are samples."""
    return [(room, 0, 0), (crowd, 0, 3), (1, 0, 0), (0, crowd, 0), (0, room + 1, 0)]


@check(
    "The rack never holds too many, and what is put in comes out once, in order",
    points=2,
    advice=LOOK_AGAIN,
)
def never_too_many(case: Case) -> None:
    for rack in mornings(case):
        rack.expect_outcomes()
        rack.expect_room()
        rack.expect_samples()
        rack.expect_no_idle_wait(since=rack.plan.calm)
        rack.run.expect_nothing_left()


@check(
    "Whoever waits goes on at the moment at which they can",
    points=2,
    advice=WAKE_THE_RIGHT_ONE,
)
def nobody_waits_in_vain(case: Case) -> None:
    for rack in mornings(case):
        rack.expect_outcomes()
        rack.expect_no_idle_wait()
        rack.expect_samples()


@check(
    "A take() that is cancelled ends at once, and has taken nothing",
    points=2,
    advice=NO_TRACE,
)
def cancelled_take(case: Case) -> None:
    for rack in departing_analysers(case):
        rack.expect_all()


@check(
    "A put() that is cancelled ends at once, and has put nothing in",
    points=2,
    advice=NO_TRACE,
)
def cancelled_put(case: Case) -> None:
    for rack in departing_robots(case):
        rack.expect_all()


@question
def two_robots(case: Case) -> str | None:
    world = case.world()
    rack = world.new("Rack", 1)
    takes = [rack.take().at(1.0), rack.take().at(2.0)]
    puts = [rack.put(41).at(5.0), rack.put(42).at(5.0)]
    run = world.observe_all(*takes, *puts)
    if any(take.error is not None for take in takes):
        return "crash"
    if sum(put.record.ended is not None for put in puts) > 1 + sum(
        take.record.ended is not None for take in takes
    ):
        return "two"
    return "stuck" if run.is_deadlocked else "both"
