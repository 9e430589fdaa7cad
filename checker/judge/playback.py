"""From a pictured run to how things stood after each step of its story.

A step is finer than a look of the sandbox, which comes when nothing can run. Between two looks, the
tasks take their steps one after another: whoever takes one is shown where the next look sees it, and
the others where they were, until the last step before that look.
"""

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from checker.judge.story import Step, steps
from checker.judge.trace import Call, Picture, Stood, Trace, Waited
from checker.judge.trace import Primitive as Found
from checker.judge.trace import ServiceState as Held
from checker.judge.words import awaited, briefly, name_among_alike
from checker.recording import (
    Moment,
    Outcome,
    Place,
    Playback,
    Primitive,
    Sentence,
    Served,
    ServiceState,
    Value,
    Wake,
)
from checker.translation import _, ngettext
from checker_sandbox.wire.plain import shortened

MAX_MOMENTS: Final = 400
"""How many steps a recording has; of a longer run the middle is left out, but for what is near where it
went wrong."""

NEAR: Final = 20
"""How many steps before that stay, and how many after it."""

MAX_PLACES: Final = 120
"""How many tasks and threads are shown at a time."""

MAX_KEYS: Final = 3
MAX_WAKES: Final = 2_000
MAX_SERVED: Final = 5_000

MAX_VALUE: Final = 60
"""Characters of arguments and of a reply that are shown."""

OUTCOMES: Final[dict[str, Outcome]] = {
    "answered": "done",
    "failed": "failed",
    "cancelled": "cancelled",
    "pending": "unfinished",
}

_PRIMITIVES: Final = {
    "lock": "Lock",
    "semaphore": "Semaphore",
    "limiter": "CapacityLimiter",
    "condition": "Condition",
    "event": "Event",
    "stream": "stream",
}

_Lane = tuple[int, int]


def play_back(trace: Trace, *, passed: bool) -> Playback | None:
    """What it takes to go through a run step by step; None unless it was pictured."""
    picture = trace.watched.picture
    if picture is None:
        return None
    story = steps(trace, passed=passed)
    return Playback(
        moments=tuple(_Stage(trace, picture).moments(story)),
        wakes=tuple(_wakes(trace, picture))[:MAX_WAKES],
        served=tuple(
            Served(
                service=name_among_alike(trace, call.service) or type(call.service).__name__,
                what=called_with(call),
                kind="thread" if call.thread else "task",
                number=call.thread or call.task,
                start=call.started,
                end=trace.elapsed if call.ended is None else call.ended,
                outcome=OUTCOMES[call.outcome],
            )
            for call in trace.calls[:MAX_SERVED]
        ),
    )


def called_with(call: Call) -> str:
    """A call with what it was given and what was answered: `write(527) -> None`."""
    given = [*map(repr, call.arguments)]
    given += [f"{name}={value!r}" for name, value in call.keywords.items()]
    full = call.method + shortened(f"({', '.join(given)})", MAX_VALUE)
    if call.failure is not None:
        full += f" -> {shortened(str(call.failure), MAX_VALUE)}"
    elif call.reply is not None:
        full += f" -> {shortened(repr(call.reply), MAX_VALUE)}"
    return full


class _Stage:
    """How things stand, from step to step."""

    def __init__(self, trace: Trace, picture: Picture) -> None:
        self._trace = trace
        self._picture = picture
        self._places: dict[_Lane, Place] = {}
        self._made: dict[int, Place] = {}
        self._next_stood = self._next_left = 0
        self._seen_until = 0
        self._stood_at = [stood.order for stood in picture.stood]
        self._primitives_at = [order for order, __ in picture.primitives]
        self._services_at = [order for order, __ in picture.services]
        self._described: dict[int, tuple[Primitive, ...]] = {}
        self._held: dict[int, tuple[ServiceState, ...]] = {}
        self._changing = _changing(picture)
        self._names = [
            name_among_alike(trace, service) or type(service).__name__ for service in trace.services
        ]

    def moments(self, story: Sequence[Step]) -> Iterator[Moment]:
        """How things stand after each step, or after those that are shown and after all between them."""
        places = sorted({step.place for step in story})
        # What is told of several steps has the place of the last of them.
        after = dict(zip(places, [*places[1:], sys.maxsize], strict=True))
        kept = set(_kept(story))
        left_out = 0
        for number, step in enumerate(story):
            is_last_of_gap = number not in kept and number + 1 in kept
            left_out += number not in kept
            # What follows upon a reply, say, is not there yet, but for the last step.
            is_over = number + 1 == len(story)
            end = after[step.place] if step.goes_on or is_over else step.place + 1
            self._seen_until = max(self._seen_until, end)
            self._advance(self._seen_until)
            if number in kept:
                yield self._moment(step, after[step.place])
            elif is_last_of_gap:
                text = ngettext("({number} step more)", "({number} steps more)", left_out)
                gap = Step(step.place, Sentence(step.sentence.at, text, None))
                yield self._moment(gap, after[step.place])
                left_out = 0

    def _moment(self, step: Step, end: int) -> Moment:
        """How things stand after `step`, when what has the place `end` is yet to come."""
        sentence = step.sentence
        primitives = bisect_left(self._primitives_at, self._seen_until) - 1
        if step.goes_on and step.who is not None:
            self._let_go_on(step)
            primitives = self._primitives_after(step, primitives)
        services = bisect_left(self._services_at, end) - 1
        task, thread = step.who or (0, 0)
        return Moment(
            at=sentence.at,
            text=sentence.text,
            line=sentence.line,
            key=sentence.key,
            kind="thread" if thread else "task",
            number=thread or task,
            places=tuple(place for __, place in sorted(self._places.items(), key=_in_order)),
            primitives=self._described_primitives(primitives),
            services=self._held_by_services(services),
        )

    def _advance(self, end: int) -> None:
        """Go on to where everybody stands before `end`."""
        stood, left = self._picture.stood, self._picture.left
        while self._next_stood < len(stood) and stood[self._next_stood].order < end:
            each = stood[self._next_stood]
            if _lane(each) in self._places or len(self._places) < MAX_PLACES:
                self._places[_lane(each)] = self._place(self._next_stood)
            self._next_stood += 1
        while self._next_left < len(left) and left[self._next_left][0] < end:
            self._places.pop(left[self._next_left][1], None)
            self._next_left += 1

    def _look_after(self, place: int) -> int:
        """The place of the next look after `place`."""
        looks = self._picture.looks
        number = bisect_right(looks, place)
        return looks[number] if number < len(looks) else place

    def _let_go_on(self, step: Step) -> None:
        first = bisect_right(self._stood_at, step.place)
        last = bisect_left(self._stood_at, self._look_after(step.place))
        for number in range(first, last):
            if _lane(self._picture.stood[number]) == step.who:
                self._places[_lane(self._picture.stood[number])] = self._place(number)
                return

    def _primitives_after(self, step: Step, now: int) -> int:
        """What is held and waited for after `step`, if that shows what it did."""
        after = bisect_left(self._primitives_at, self._look_after(step.place)) - 1
        if after == now or step.who is None:
            return now
        before = self._picture.primitives[now][1] if now >= 0 else ()
        task = step.who[0]
        is_new = _parts(before, task) != _parts(self._picture.primitives[after][1], task)
        return after if is_new else now

    def _place(self, number: int) -> Place:
        made = self._made.get(number)
        if made is None:
            stood = self._picture.stood[number]
            made = self._made[number] = Place(
                kind="thread" if stood.thread else "task",
                number=stood.thread or stood.task,
                line=stood.line,
                callers=tuple(line for line in stood.callers if line is not None),
                waits=self._what(stood),
                values=tuple(Value(each.name, each.text) for each in stood.values),
            )
        return made

    def _what(self, stood: Stood) -> str:
        match stood.what.kind:
            case "turn":
                return _("can run")
            case "sleep" | "thread's sleep":
                return _("sleeps")
        return _("waits for {what}", what=awaited(self._trace, stood.what))

    def _described_primitives(self, number: int) -> tuple[Primitive, ...]:
        if number < 0:
            return ()
        if number not in self._described:
            found = self._picture.primitives[number][1]
            self._described[number] = tuple(map(_described, found))
        return self._described[number]

    def _changing_values(self, state: Held) -> tuple[Value, ...]:
        return tuple(
            Value(value.name, value.text)
            for value in state.values
            if (state.number, value.name) in self._changing
        )

    def _held_by_services(self, number: int) -> tuple[ServiceState, ...]:
        if number < 0:
            return ()
        if number not in self._held:
            self._held[number] = tuple(
                ServiceState(self._names[each.number], values)
                for each in self._picture.services[number][1]
                if (values := self._changing_values(each))
            )
        return self._held[number]


def _changing(picture: Picture) -> set[tuple[int, str]]:
    """Which values of which services are not the same throughout the run: the others are how the author
    of the exercise made a service, and nothing that happens to it."""
    texts: dict[tuple[int, str], set[str]] = {}
    for __, states in picture.services:
        for state in states:
            for value in state.values:
                texts.setdefault((state.number, value.name), set()).add(value.text)
    return {which for which, different in texts.items() if len(different) > 1}


def _in_order(entry: tuple[_Lane, Place]) -> tuple[bool, _Lane]:
    """Tasks by their numbers, and threads after them."""
    return entry[0][1] > 0, entry[0]


def _lane(what: Stood | Waited) -> _Lane:
    return (0, what.thread) if what.thread else (what.task, 0)


def _parts(primitives: Sequence[Found], task: int) -> set[tuple[str, str, bool, bool]]:
    """What a task holds and waits for."""
    return {
        (each.kind, each.name, task in each.holders, task in each.waiting + each.senders)
        for each in primitives
        if task in each.holders + each.waiting + each.senders
    }


def _described(found: Found) -> Primitive:
    match found.kind:
        case "semaphore":
            facts = ngettext("{number} permit left", "{number} permits left", found.count)
        case "limiter":
            total = f"{found.total:g}"
            facts = _("{count} of {total} taken", count=found.count, total=total)
        case "event":
            facts = _("set") if found.count else _("not set")
        case "stream":
            facts = ngettext("{number} item in it", "{number} items in it", found.count)
            if found.total < float("inf"):
                facts = _("{items}, of {total:g} at the most", items=facts, total=found.total)
        case _:
            facts = "" if found.holders else _("free")
    return Primitive(
        kind=_PRIMITIVES[found.kind],
        name=found.name,
        facts=facts,
        holders=found.holders,
        waiting=found.waiting,
        senders=found.senders,
    )


def _wakes(trace: Trace, picture: Picture) -> Iterator[Wake]:
    waits: dict[int, list[Waited]] = {}
    for wait in trace.watched.waits:
        if not wait.thread:
            waits.setdefault(wait.task, []).append(wait)
    for woke in picture.wakes:
        before = bisect_left(waits.get(woke.task, []), woke.order, key=lambda wait: wait.order)
        if not before or woke.by not in trace.tasks:
            continue  # It has not waited yet: it was started.
        what = waits[woke.task][before - 1].what
        if what.kind in ("reply", "sleep"):
            yield Wake(woke.at, woke.by, woke.task, _("cancels"))
        elif what.kind != "turn":
            yield Wake(woke.at, woke.by, woke.task, briefly(what) or awaited(trace, what))


def _kept(story: Sequence[Step]) -> list[int]:
    """The numbers of the steps that are shown."""
    keys = [number for number, step in enumerate(story) if step.sentence.key][:MAX_KEYS]
    edge = MAX_MOMENTS // 2
    return sorted(
        {
            *range(min(edge, len(story))),
            *range(max(len(story) - edge, 0), len(story)),
            *(
                number
                for key in keys
                for number in range(max(key - NEAR, 0), min(key + NEAR + 1, len(story)))
            ),
        }
    )
