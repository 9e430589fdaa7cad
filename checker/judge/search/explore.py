"""Which worlds of a check are tried, and in what order: the search as a whole.

The inputs are drawn anew in each *round*, as the next profile has it. In a round the first world is
plain: every call takes its latency, and nothing is made to go wrong. If the check asks for more,
variations follow on the same inputs: other orders of replies (all of them, where there are few;
otherwise the strategies take turns), cancellations at every step, failures of every call, and all of
these together. How many rounds and variations there are is the *depth* of the search.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from checker.judge.chance import branch
from checker.judge.choices import SEEDS, Choice, Choices, Kind, Replay
from checker.judge.draws import ANY_SIZE, Drawer, Profile, profiles
from checker.judge.scheduler import Scheduler, Timed
from checker.judge.search.exhaustive import Estimate, next_order
from checker.judge.search.strategies import PORTFOLIO
from checker.judge.trace import ActRecord, Trace, seconds
from checker.report import Searched

MOST_STEPS: Final = 10_000
"""Before so many steps of a run something is cancelled. How many it had, only the sandbox has told: it may say
a thousand million."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How far a search goes."""

    name: str
    rounds: int
    """How often the inputs are drawn."""
    variations: int
    """How many worlds follow in the first round, where orders, cancellations or failures are
    explored and there are more than that."""
    few: int
    """Up to how many orders of replies there may be for all to be tried."""
    more: int
    """How many follow in each other round."""
    failures: int = 0
    """How many calls fail in the first round, one in each world, beside its variations. Each call fails
    before one of them fails again: whether errors are heard at all must not be a matter of
    luck, however quick the search is."""
    largest: int = ANY_SIZE
    """How far above the low end of its range a size may be."""


QUICK: Final = Depth("quick", rounds=4, variations=4, few=4, more=1, failures=12, largest=7)
"""For each save."""

THOROUGH: Final = Depth("thorough", rounds=24, variations=110, few=500, more=4, failures=12)
"""For marks, and for the proof that checks are right."""

PLAIN_ROUNDS: Final = Depth("plain rounds", rounds=24, variations=0, few=0, more=0)
"""The worlds of a thorough search in which nothing is made to go wrong."""

FIRST: Final = Depth("first", rounds=1, variations=0, few=0, more=0)
"""The first world alone."""

DEPTHS: Final = {depth.name: depth for depth in (QUICK, THOROUGH)}


LARGE: Final = 60
"""More calls than this make a world a large one."""


@dataclass(frozen=True, slots=True)
class Aims:
    """What a check wants explored, beside the inputs."""

    orders: bool = False
    """Replies may overtake each other."""
    late: bool = False
    """A reply may come as late as it likes."""
    cancel: bool = False
    """The submission is cancelled from outside, between any two steps."""
    fail: tuple[Exception, ...] = ()
    """What a call may fail with in place of being carried out."""


PLAIN: Final = Aims()


@dataclass(frozen=True, slots=True)
class Mishap:
    """What goes wrong in a world from outside."""

    moment: int = 0
    """When an act is cancelled: 2n - 1 is right before the n-th task step, 2n is while all wait for
    the n-th thing to happen; 0 is never."""
    act: int = 0
    call: int = 0
    """The call that fails, from 1; 0 for none."""
    error: int = 0
    """Which of the errors it fails with."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the next world is to be like."""

    given: Replay
    drawer: Drawer
    random: Random
    scheduler: Scheduler = field(default_factory=Timed)
    """How replies are ordered: in their time, or as an explored scheduler has it."""
    mishap: Mishap = field(default_factory=Mishap)
    stop: int | None = None
    """Before the thing of this number, from 1, the run stops, for somebody to look at."""

    def choose(self, kind: Kind, width: int) -> int:
        """What is chosen where nothing is given."""
        match kind:
            case "explored":
                return int(self.scheduler.explored)
            case "strike":
                return self.mishap.moment
            case "act":
                return min(self.mishap.act, width - 1)
            case "fail":
                return self.mishap.call
            case "error":
                return min(self.mishap.error, width - 1)
            case "ready":
                return self.random.randrange(width)
        return self.drawer.choose(kind, width)


def again(replay: Replay, scheduler: Scheduler | None = None, stop: int | None = None) -> Sketch:
    """The world that was recorded. Where the record ends, `scheduler` goes on if replies may overtake
    each other, and all other choices are the plainest."""
    drawer = Drawer(Profile("low", "low"), _PLAINEST)
    return Sketch(replay, drawer, _PLAINEST, scheduler or Timed(), stop=stop)


class _Plainest(Random):
    """Draws nothing but zeros."""

    def randrange(self, *bounds: int) -> int:  # type: ignore[override]
        return 0


_PLAINEST: Final = _Plainest(0)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a world."""

    choices: Choices
    trace: Trace


def explore(random: Random, depth: Depth, aims: Aims) -> Generator[Sketch, Seen, Searched]:
    """Yield a sketch for each world; each is answered with what was seen. Returns how far the search
    went. The same for the same state of `random` and the same answers."""
    worlds = 0
    first: Searched | None = None
    for number, profile in zip(range(depth.rounds), profiles(), strict=False):
        chance = branch(random)
        plain = yield Sketch(Replay(), Drawer(profile, chance, depth.largest), chance)
        worlds += 1
        if aims == PLAIN:
            continue
        wanted = depth.variations if number == 0 else depth.more
        if number and len(plain.trace.calls) > LARGE:
            wanted = min(wanted, 1)  # They take their time, and smaller ones find as much.
        few = depth.few if number == 0 else 0
        failures = depth.failures if number == 0 else 0
        searched = yield from _vary(chance, plain, aims, number, wanted, few, failures)
        worlds += searched.worlds
        first = first or searched
    if first is None:
        return Searched(depth.name, worlds)
    return Searched(
        depth.name, worlds, first.orders, first.of_orders, first.points, first.of_points
    )


def _vary(
    random: Random, plain: Seen, aims: Aims, number: int, wanted: int, few: int, failures: int
) -> Generator[Sketch, Seen, Searched]:
    """Other worlds with the inputs of the `plain` one, in the round of this `number`: so many, or
    all orders of replies, if they are no more than `few`; and so many `failures` of calls."""
    inputs = tuple(choice.taken for choice in plain.choices.inputs)
    if aims.orders and not aims.cancel and not aims.fail:
        return (yield from _reorder(random, plain, inputs, number, wanted, few))
    points = list(_points(plain, aims))
    of_points = len(points)
    if of_points > wanted:
        first = _first_failures(random, plain, aims, failures)
        others = [point for point in points if point not in first]
        points = first + random.sample(others, k=min(wanted, len(others)))
    random.shuffle(points)
    worlds = 0
    longest = plain
    for turn, mishap in enumerate(points):
        scheduler: Scheduler = Timed()
        if aims.orders and turn % 2:
            strategy = PORTFOLIO[(number + turn // 2) % len(PORTFOLIO)]
            scheduler = strategy(branch(random), longest.trace)
        # The order of ready tasks stays the same: a step is the one that it was.
        ready = _ready(plain.choices.events) if turn % 4 else random.randrange(SEEDS)
        given = Replay(inputs, (ready,))
        seen = yield Sketch(given, Drawer(Profile(), random), random, scheduler, mishap)
        longest = max(longest, seen, key=lambda one: one.trace.steps)
        worlds += 1
    return Searched("", worlds, points=worlds, of_points=of_points)


def _points(plain: Seen, aims: Aims) -> Iterator[Mishap]:
    """All that can go wrong from outside in a world like that."""
    trace = plain.trace
    if aims.cancel:
        yield from _cancellations(trace)
    for call in range(1, len(trace.calls) + 1):
        for error in range(len(aims.fail)):
            yield Mishap(call=call, error=error)


def _cancellations(trace: Trace) -> Iterator[Mishap]:
    """Each act is cancelled before each step of a task and in each pause, while it is under way."""
    taken = 0
    for until, at in trace.steps_by:
        acts = [n for n, act in enumerate(trace.acts) if _is_under_way(act, at)]
        for step in range(taken + 1, min(until, MOST_STEPS) + 1):
            for act in acts:
                yield Mishap(2 * step - 1, act)
        taken = until
    at = 0.0
    for pause, happening in enumerate(trace.happened, 1):
        for number, record in enumerate(trace.acts):
            if _is_under_way(record, at) and record.ended != at:
                yield Mishap(2 * pause, number)
        at = seconds(happening.at)


def _is_under_way(act: ActRecord, instant: float) -> bool:
    """Whether it has begun by the end of an instant, and had not ended before it."""
    if act.started is None or act.started > instant:
        return False
    return act.ended is None or act.ended >= instant


def _first_failures(random: Random, plain: Seen, aims: Aims, failures: int) -> list[Mishap]:
    """So many failures of calls. Each call fails before one of them fails again, and the errors take turns."""
    if not aims.fail:
        return []
    count = len(plain.trace.calls)
    calls = random.sample(range(1, count + 1), k=count)
    return [
        Mishap(call=calls[turn % count], error=(turn % count + turn // count) % len(aims.fail))
        for turn in range(min(failures, count * len(aims.fail)))
    ]


def _reorder(
    random: Random, plain: Seen, inputs: tuple[int, ...], number: int, wanted: int, few: int
) -> Generator[Sketch, Seen, Searched]:
    """The same inputs in other orders of replies."""
    longest = plain
    tried: set[tuple[int, ...]] = set()
    estimate = Estimate()
    ready = (_ready(plain.choices.events), 1)
    worlds = 0

    def sketch(events: tuple[int, ...], scheduler: Scheduler) -> Sketch:
        return Sketch(Replay(inputs, events), Drawer(Profile(), random), random, scheduler)

    # First the walk through all of them, as long as there seem to be few.
    path: tuple[int, ...] | None = ready
    while path is not None and worlds < few and estimate.orders <= AMISS * few:
        seen = yield sketch(path, _First())
        worlds += 1
        tried.add(_order(seen.choices.events))
        estimate.add(seen.choices.events)
        longest = max(longest, seen, key=lambda one: one.trace.steps)
        path = next_order(seen.choices.events)
    complete = path is None
    # Then the strategies, which also let ready tasks run in other orders, where the backend may.
    # On asyncio that order is a promise, and there is nothing left to try.
    turns = max(wanted - worlds, wanted // 2)
    if complete:
        turns = 0 if plain.trace.backend == "asyncio" else min(turns, wanted // 4)
    for turn in range(turns):
        strategy = PORTFOLIO[(number + turn) % len(PORTFOLIO)]
        # Learns from the run that did the most: in the plainest one a task may give up early.
        scheduler = strategy(branch(random), longest.trace)
        seen = yield sketch((random.randrange(SEEDS), 1), scheduler)
        worlds += 1
        if not complete:
            tried.add(_order(seen.choices.events))
        longest = max(longest, seen, key=lambda one: one.trace.steps)
    of_orders = len(tried) if complete else max(estimate.orders, len(tried) + 1)
    return Searched("", worlds, orders=len(tried), of_orders=min(of_orders, MANY))


AMISS: Final = 2
"""By how much the estimate may be too high: where two tasks make five calls each, it says 512 of the
252 orders."""

MANY: Final = 10**18
"""So many orders, and more, are all the same: nobody can try them."""


class _First(Timed):
    """What comes first happens first, one reply at a time."""

    explored = True


def _order(events: list[Choice]) -> tuple[int, ...]:
    return tuple(choice.taken for choice in events if choice.kind == "order")


def _ready(events: list[Choice]) -> int:
    return next((choice.taken for choice in events if choice.kind == "ready"), 0)
