"""What decided a failing run: the choices in it are changed, and what comes of that is seen.

Three questions are asked of a run in which the world had a choice:

- From which step on does it fail whatever comes after? The run is played up to a step, and from there on
  at random, some twenty times. A step from which one of these ends well is still open: that is
  proved. That none ends well is what was seen, and no proof.
- Which choices do not matter? Each is changed alone, to everything else that it could have been.
- What is the nearest order that passes? One in which a single choice is another, if there is one;
  otherwise one that ended well by chance, with as many of its choices taken back as it allows.

Everything is derived from the run itself, chance too, so the answers repeat.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from checker.judge.attempt import Attempt
from checker.judge.choices import Replay
from checker.judge.scheduler import Scheduler
from checker.judge.search.events import Events
from checker.judge.search.explore import PLAIN
from checker.judge.search.walk import RandomWalk
from checker.judge.trace import Call, Trace, seconds
from checker.judge.words import value_shown
from checker.recording import Decided, Happened, Order, Step
from checker.translation import _
from checker_sandbox.wire.plain import shortened

CONTINUATIONS: Final = 20
"""How many random continuations are tried from a step."""

MOST_RUNS: Final = 160
"""How many other runs are tried in all. They take a millisecond or two each."""

MOST_STEPS: Final = 1_800
"""How many steps these may have together."""

MOST_SINGLES: Final = 30
"""How many of the runs may be spent on changing one choice alone."""

MOST_FOR_ONE: Final = 6
"""Up to how many other possibilities a choice may have for all of them to be tried."""

MOST_LINES: Final = 200
"""How many steps a run may have. One that goes round for ever has thousands."""

MAX_WHAT: Final = 40
"""How many characters of a step are kept."""

Player = Callable[[Replay, Scheduler | None], Attempt]
"""Plays a world, and goes on at random where its choices end, if a scheduler does."""


def decide(failing: Attempt, play: Player, token: str) -> Decided | None:
    """What decided the `failing` run, whose `token` all chance is derived from; None where the world had
    no choice in it."""
    if failing.aims == PLAIN or failing.trace is None:
        return None
    search = _Search(play, token)
    base = _base(failing, search)
    if base is None or len(base.lines) > MOST_LINES or not _last_choice(base):
        return None
    return search.decide(base)


@dataclass(frozen=True)
class Line:
    """One row of a run: a thing that happened, or a cancellation from outside between two of them."""

    order: int
    at: float
    happened: tuple[Happened, ...]
    place: int | None = None
    """The index of the choice that let it happen, among those about the order."""
    of: int = 1
    """How many things could have happened there."""
    things: int = 0
    """How many things had happened by then, in the sense in which moments are counted."""
    is_strike: bool = False
    calls: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Played:
    """A world that was played to its end."""

    events: Events
    trace: Trace
    lines: Sequence[Line]

    @classmethod
    def of(cls, attempt: Attempt) -> "_Played":
        assert attempt.trace is not None
        trace = attempt.trace
        events = Events.of(attempt.choices, attempt.aims, len(trace.acts))
        return cls(events, trace, lines_of(trace, events))

    @property
    def order(self) -> Order:
        return order_of(self.trace, self.lines)


class _Search:
    def __init__(self, play: Player, token: str) -> None:
        self._play = play
        self._token = token
        self._known: dict[Replay, Attempt] = {}
        self.runs = 0
        self._steps = 0

    @property
    def is_over(self) -> bool:
        return self.runs >= MOST_RUNS or self._steps >= MOST_STEPS

    def play(self, events: Events, scheduler: Scheduler | None = None) -> Attempt:
        replay = events.replay()
        if scheduler is None and (known := self._known.get(replay)) is not None:
            return known
        attempt = self._play(replay, scheduler)
        self.runs += 1
        self._steps += attempt.trace.steps if attempt.trace is not None else 0
        self._known[attempt.played] = attempt
        if scheduler is None:
            self._known[replay] = attempt
        return attempt

    def decide(self, base: _Played) -> Decided:
        alone = list(self._change_alone(base))
        # A change that helps is also a proof that it was still open right before.
        open_until = max((n - 1 for n, _, helps in alone if helps is not None), default=-1)
        witness = None
        low, high, tried = open_until, max(_last_choice(base), open_until + 1), 0
        while high - low > 1:
            middle = (low + high) // 2
            found, times = self._continue(base, middle)
            if found is not None:
                low, witness = middle, found
            elif times < CONTINUATIONS:
                break  # Too few to say anything of this step.
            else:
                high, tried = middle, times
        step = high or None
        helps = [(n, played) for n, _, played in alone if played is not None]
        nearest = max(helps, key=lambda one: one[0])[1] if helps else None
        changes = int(nearest is not None)
        if nearest is None and witness is not None:
            nearest = self._nearer(base, witness)
            changes = _distance(base.events, nearest.events)
        difference = None
        if nearest is not None:
            pairs = zip(base.lines, nearest.lines, strict=False)
            same = [a.happened == b.happened and a.is_strike == b.is_strike for a, b in pairs]
            difference = same.index(False) + 1 if False in same else len(same) + 1
        return Decided(
            fails=base.order,
            continuations=tried,
            others=self.runs,
            open_until=low if low >= 0 else None,
            step=step,
            indifferent=tuple(n for n, is_whole, played in alone if is_whole and n != step),
            passes=None if nearest is None else nearest.order,
            changes=changes,
            difference=difference,
        )

    # --- one choice alone -----------------------------------------------------------------------

    def _change_alone(self, base: _Played) -> Iterator[tuple[int, bool, _Played | None]]:
        """For each step at which there was a choice: its number, whether all other possibilities were
        tried, and a run in which another one helps. The last steps first."""
        for number in range(len(base.lines), 0, -1):
            others = list(_others(base, base.lines[number - 1]))
            if not others:
                continue
            tried = others[:MOST_FOR_ONE]
            helps = None
            for events in tried:
                if self.is_over or self.runs >= MOST_SINGLES:
                    return
                attempt = self.play(events)
                if _is_well(attempt):
                    helps = _Played.of(attempt)
                    break
            yield number, helps is None and len(tried) == len(others), helps

    # --- continuations --------------------------------------------------------------------------

    def _continue(self, base: _Played, kept: int) -> tuple[_Played | None, int]:
        """A run that begins with the first `kept` steps and ends well, if one is found; and how many
        were tried."""
        for number in range(CONTINUATIONS):
            if self.is_over:
                return None, number
            random = Random(f"{self._token}/{kept}/{number}")
            events = _beginning(base, kept, random)
            attempt = self.play(events, RandomWalk(random) if events.explored else None)
            if _is_well(attempt):
                return _Played.of(attempt), number + 1
        return None, CONTINUATIONS

    def _nearer(self, base: _Played, far: _Played) -> _Played:
        """With as many choices as in `base` as are found to leave it well."""
        best = far
        improved = True
        while improved:
            improved = False
            for events in _closer(base.events, best.events):
                if self.is_over:
                    return best
                attempt = self.play(events)
                if not _is_well(attempt):
                    continue
                played = _Played.of(attempt)
                if _distance(base.events, played.events) < _distance(base.events, best.events):
                    best, improved = played, True
                    break
        return best


def _base(failing: Attempt, search: _Search) -> _Played | None:
    """The failing run with its replies one at a time, if it fails in that way too; otherwise as it is,
    if something was made to go wrong in it."""
    played = _Played.of(failing)
    if played.events.explored:
        return played
    if failing.aims.orders:
        one_by_one = search.play(replace(played.events, explored=True))
        if one_by_one.failure is not None and one_by_one.trace is not None:
            return _Played.of(one_by_one)
    return played if played.events.moves else None


def _last_choice(base: _Played) -> int:
    """The last step at which there was anything to choose: after it, all happens as it must."""
    return max((n for n, line in enumerate(base.lines, 1) if any(_others(base, line))), default=0)


def _is_well(attempt: Attempt) -> bool:
    return attempt.failure is None and attempt.obstacle is None


def _others(base: _Played, line: Line) -> Iterator[Events]:
    """What else could have been chosen for a step, with everything else as it was."""
    events, mishap = base.events, base.events.mishap
    if line.is_strike:
        yield events.with_mishap(replace(mishap, moment=0, act=0))
        for act in range(events.acts):
            if act != mishap.act:
                yield events.with_mishap(replace(mishap, act=act))
        return
    if mishap.call and mishap.call in line.calls:
        yield events.with_mishap(replace(mishap, call=0, error=0))
        for error in range(len(events.aims.fail)):
            if error != mishap.error:
                yield events.with_mishap(replace(mishap, error=error))
    if line.place is None:
        return
    orders = [*events.orders, *[0] * (line.place + 1 - len(events.orders))]
    for taken in range(line.of):
        if taken != orders[line.place]:
            yield events.ordered([*orders[: line.place], taken, *orders[line.place + 1 :]])


def _beginning(base: _Played, kept: int, random: Random) -> Events:
    """The choices of the first `kept` steps. What went wrong after them from outside goes wrong at
    some other moment, or not at all."""
    lines, events = base.lines[:kept], base.events
    things = lines[-1].things if lines else 0
    mishap = events.mishap
    if mishap.moment and not any(line.is_strike for line in lines):
        moment = act = 0
        if random.random() < 0.5:
            # While all wait for one of the things that are still to come.
            last = max(base.trace.steps, things + 1)
            moment, act = 2 * random.randint(things + 1, last), random.randrange(events.acts)
        mishap = replace(mishap, moment=moment, act=act)
    replied = {call for line in lines for call in line.calls}
    if mishap.call and mishap.call not in replied:
        call = error = 0
        left = [call.number for call in base.trace.calls if call.number not in replied]
        if left and random.random() < 0.5:
            call, error = random.choice(left), random.randrange(len(events.aims.fail))
        mishap = replace(mishap, call=call, error=error)
    places = sum(line.place is not None for line in lines)
    orders = [*events.orders, *[0] * places][:places]
    return events.with_mishap(mishap).ordered(orders)


def _closer(base: Events, far: Events) -> Iterator[Events]:
    """`far`, with one of the choices in which it differs as in `base`; the last ones first."""
    length = max(len(base.orders), len(far.orders))
    ours = [*base.orders, *[0] * (length - len(base.orders))]
    theirs = [*far.orders, *[0] * (length - len(far.orders))]
    if (base.mishap.call, base.mishap.error) != (far.mishap.call, far.mishap.error):
        same = replace(far.mishap, call=base.mishap.call, error=base.mishap.error)
        yield far.with_mishap(same)
    if (base.mishap.moment, base.mishap.act) != (far.mishap.moment, far.mishap.act):
        same = replace(far.mishap, moment=base.mishap.moment, act=base.mishap.act)
        yield far.with_mishap(same)
    places = [place for place in range(length) if ours[place] != theirs[place]]
    half = len(places)
    while half > 1:  # Many at once first.
        half //= 2
        kept = set(places[:half])
        yield far.ordered([theirs[n] if n in kept else ours[n] for n in range(length)])
    for place in reversed(places):
        yield far.ordered([*theirs[:place], ours[place], *theirs[place + 1 :]])


def _distance(one: Events, other: Events) -> int:
    """In how many choices two worlds differ."""
    length = max(len(one.orders), len(other.orders))
    orders = [[*e.orders, *[0] * (length - len(e.orders))] for e in (one, other)]
    return int(
        sum(a != b for a, b in zip(*orders, strict=True))
        + ((one.mishap.moment, one.mishap.act) != (other.mishap.moment, other.mishap.act))
        + ((one.mishap.call, one.mishap.error) != (other.mishap.call, other.mishap.error))
    )


# --- a run as rows ------------------------------------------------------------------------------


def lines_of(trace: Trace, events: Events) -> list[Line]:
    """What happened in a run, step by step."""
    lines = []
    place = 0
    for number, thing in enumerate(trace.happened, 1):
        match thing.kind:
            case "reply":
                calls = [trace.calls[call - 1] for call in thing.calls]
                happened = tuple(
                    Happened(0 if call.thread else call.task, replied(call), call.line, brief(call))
                    for call in calls
                )
            case "deadline":
                happened = (_of_no_task(_("a sleep or a time limit ends")),)
            case "begin":
                begun = [act.function for act in trace.acts if act.started == seconds(thing.at)]
                what = _("{function}() begins", function=begun[0] if begun else "")
                happened = (_of_no_task(what),)
            case "cancel":
                happened = (_of_no_task(_("a cancellation")),)
        chosen = events.explored and thing.of > 1
        line = Line(thing.order, seconds(thing.at), happened, place if chosen else None)
        lines.append(replace(line, of=thing.of, things=number, calls=thing.calls))
        place += chosen
    if events.mishap.moment:
        struck = trace.acts[events.mishap.act]
        if struck.cancelled_order is not None and struck.cancelled_at is not None:
            things = sum(line.order < struck.cancelled_order for line in lines)
            what = _("{function}() is cancelled", function=struck.function)
            happened = (_of_no_task(what),)
            line = Line(struck.cancelled_order, struck.cancelled_at, happened, things=things)
            lines.insert(things, replace(line, is_strike=True))
    return lines


def _of_no_task(what: str) -> Happened:
    what = shortened(what, MAX_WHAT)
    return Happened(0, what, None, what)


def order_of(trace: Trace, lines: Sequence[Line]) -> Order:
    """The steps of a run as they are shown."""
    tasks = sorted({each.task for line in lines for each in line.happened if each.task})
    failing = [call.number for call in trace.calls if call.outcome == "failed"]
    return Order(
        tuple((task, trace.tasks[task].name if task in trace.tasks else "") for task in tasks),
        tuple(
            Step(
                line.at,
                line.happened,
                line.place is not None
                or line.is_strike
                or any(call in failing for call in line.calls),
            )
            for line in lines
        ),
    )


def replied(call: Call) -> str:
    """What came of a call, in few words."""
    given = [*map(value_shown, call.arguments)]
    given += [f"{name}={value_shown(value)}" for name, value in call.keywords.items()]
    name = f"{call.method}({', '.join(given)})"
    if call.failure is not None:
        kind = call.failure.kind
        return shortened(_("{call} fails: {kind}", call=f"{call.method}()", kind=kind), MAX_WHAT)
    if call.reply is not None:
        name = f"{name} -> {value_shown(call.reply)}"
    return shortened(name, MAX_WHAT)


def brief(call: Call) -> str:
    """The same in as few words as possible."""
    name = shortened(f"{call.method}()", MAX_WHAT)
    return _("{call} fails", call=name) if call.outcome == "failed" else name
