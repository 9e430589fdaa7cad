"""Shrinking: from a world that fails to the smallest one found that still fails in the same way.

For each choice about events in the result, the guarantee is: without it, the check passes, or fails
in another way. No choice can be taken back to the plainest or left out, and none can be made smaller
by one. Inputs are made smaller too, as far as that takes few runs.

In the manner of Hypothesis: try what is smaller, keep what still fails, until nothing does. Where
inputs get fewer, the choices about events that went wrong before mean something else, so others are
tried too.
"""

import dataclasses
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, TypeAlias

from checker.judge.choices import Choice, Choices, Replay

OTHERS: Final = 20
"""How many other choices about events are tried for smaller inputs."""

MAX_RUNS: Final = 200
"""How many smaller worlds are tried at the most."""

MAX_INPUT_RUNS: Final = 100
"""How many of these are spent on inputs."""

MOST_FOR_EACH: Final = 3
"""Up to how many choices are taken to belong to each of several things."""


SMALL: Final = 2
"""Numbers up to this one are tried in turn, in place of a larger one."""


@dataclass(frozen=True, slots=True)
class Failing:
    """A world that fails in the way that is to be shown."""

    replay: Replay
    inputs: tuple[Choice, ...]
    events: tuple[Choice, ...]

    @classmethod
    def of(cls, choices: Choices) -> "Failing":
        return cls(choices.replay(), tuple(choices.inputs), tuple(choices.events))


Trial: TypeAlias = Generator[Replay, Failing, None]
"""Yields what may be smaller, and is sent the smallest world found so far: the same one, or a new one."""


def shrink(
    start: Failing, fails: Callable[[Replay], Failing | None], small: Sequence[Replay] = ()
) -> Failing:
    """The smallest world found. `fails` tries one, and returns it as it was played if it fails in the
    same way. Those that may be `small` are tried first."""
    search = _Search(start, fails)
    search.shrink(lambda best: _one_by_one(best, small), MAX_RUNS)
    # The same inputs, and nothing but what happens without anybody's doing.
    search.shrink(lambda best: _one_by_one(best, [Replay(best.replay.inputs)]), MAX_RUNS)
    search.shrink(_smaller_inputs, MAX_INPUT_RUNS)
    search.shrink(lambda best: _one_by_one(best, _fewer_events(best)), MAX_RUNS)
    return search.best


class _Search:
    def __init__(self, start: Failing, fails: Callable[[Replay], Failing | None]) -> None:
        self.best = start
        self._fails = fails
        self._tried = {start.replay}

    def shrink(self, trial_of: Callable[[Failing], Trial], most: int) -> None:
        """Go on with what is smaller and fails, until nothing is, or so many have been tried."""
        until = min(len(self._tried) + most, MAX_RUNS)
        before = None
        while before is not self.best:
            before = self.best
            trial = trial_of(before)
            candidate = next(trial, None)
            while candidate is not None:
                if candidate not in self._tried:
                    if len(self._tried) > until:
                        return
                    self._look_at(candidate)
                try:
                    candidate = trial.send(self.best)
                except StopIteration:
                    break

    def _look_at(self, candidate: Replay) -> None:
        self._tried.add(candidate)
        played = self._fails(candidate)
        if played is not None and _size(played) < _size(self.best):
            self._tried.add(played.replay)
            self.best = played


def _size(failing: Failing) -> tuple[object, ...]:
    """What is smaller comes first: fewer inputs, then fewer events that are not plain, then ..."""
    replay = failing.replay
    plainness = tuple(choice.plainness(choice.taken) for choice in failing.inputs)
    return (
        len(failing.inputs),
        sum(taken > 0 for taken in replay.events),
        len(replay.events),
        sum(replay.events[2:]),
        sum(rank > 0 for rank in plainness),
        plainness,
        replay.events,
    )


def _one_by_one(best: Failing, candidates: Iterable[Replay]) -> Trial:
    """Each of these, until one is smaller."""
    for candidate in candidates:
        if (yield candidate) is not best:
            return


def _smaller_inputs(best: Failing) -> Trial:
    """Fewer things, and plainer values. Where one is smaller, it goes on from there, and does not begin anew."""
    # All values at once: whatever comes only now and then goes with them.
    best = yield from _plain_values(best, least=len(best.inputs))
    place = 0
    while place < len(best.inputs):
        if best.inputs[place].kind == "size":
            best = yield from _smaller_size(best, place)
        place += 1
    # Whole blocks of the others first: there may be hundreds of them.
    best = yield from _plain_values(best, least=1)
    place = 0
    while place < len(best.inputs):
        choice = best.inputs[place]
        if _is_value(choice):
            taken = choice.taken
            below = {n for n in (*range(SMALL + 1), taken // 2) if n < taken}
            for smaller in sorted(below, key=choice.plainness):
                before = best
                inputs = _with(best.replay.inputs, place, smaller)
                best = yield dataclasses.replace(best.replay, inputs=inputs)
                if best is not before:
                    break
        place += 1


def _is_value(choice: Choice) -> bool:
    """Whether it is anything but a size, and not as plain as can be."""
    return choice.kind != "size" and choice.taken != choice.plainest


def _plain_values(best: Failing, *, least: int) -> Generator[Replay, Failing, Failing]:
    """All values as plain as can be, then blocks of half as many, and so on down to the `least`."""
    length = sum(map(_is_value, best.inputs))
    while length:
        place = 0
        while block := [n for n in range(place, len(best.inputs)) if _is_value(best.inputs[n])]:
            inputs = best.replay.inputs
            for each in block[:length]:
                inputs = _with(inputs, each, best.inputs[each].plainest)
            best = yield dataclasses.replace(best.replay, inputs=inputs)
            place = block[:length][-1] + 1
        length = length // 2 if length > least else 0
    return best


def _smaller_size(best: Failing, place: int) -> Generator[Replay, Failing, Failing]:
    """Fewer of what the size at this place is the number of: the boldest first, then by halves."""
    tried = -1
    while place < len(best.inputs) and (taken := best.inputs[place].taken) - tried > 1:
        smaller = tried + 1 if tried < SMALL else (tried + taken) // 2
        before = best
        for fewer in _with_fewer(best, place, smaller):
            best = yield fewer
            if best is not before:
                break
        else:
            tried = smaller
    return best


def _with_fewer(failing: Failing, place: int, smaller: int) -> Iterator[Replay]:
    replay, gone = failing.replay, failing.inputs[place].taken - smaller
    inputs = _with(replay.inputs, place, smaller)
    fewer = dataclasses.replace(replay, inputs=inputs)
    yield fewer
    # What was drawn for each of those that are gone often comes right behind.
    for each in range(1, MOST_FOR_EACH + 1):
        rest = inputs[place + 1 + each * gone :]
        yield dataclasses.replace(replay, inputs=_trimmed((*inputs[: place + 1], *rest)))
    yield from _other_events(fewer, failing.events, Random(smaller))


def _fewer_events(failing: Failing) -> Iterator[Replay]:
    """Fewer choices about events, and smaller ones."""
    replay, events = failing.replay, failing.replay.events
    length = len(events)
    while length > 1:
        length //= 2
        yield _having(replay, events[:length])
    for place in range(len(events) - 1, -1, -1):
        if events[place]:
            yield _having(replay, _with(events, place, 0))
    kinds = [choice.kind for choice in failing.events]
    for place in range(len(events) - 1, -1, -1):
        if kinds[place] == "order":
            yield _having(replay, (*events[:place], *events[place + 1 :]))
    for place, taken in enumerate(events):
        if kinds[place] != "ready":
            for smaller in dict.fromkeys((1, taken // 2, taken - 1)):
                if 0 < smaller < taken:
                    yield _having(replay, _with(events, place, smaller))


def _other_events(replay: Replay, events: Sequence[Choice], random: Random) -> Iterator[Replay]:
    """Other choices about events, as many as there were or fewer."""
    if not any(choice.taken for choice in events[1:]):
        return
    for _ in range(OTHERS):
        deviates = random.random()
        taken = []
        for choice in events[: random.randint(1, len(events) + 1)]:
            if choice.kind in ("strike", "fail"):
                taken.append(random.randint(0, choice.taken))
            elif choice.kind in ("ready", "explored"):
                taken.append(choice.taken)
            else:
                taken.append(random.randrange(choice.width) if random.random() < deviates else 0)
        yield _having(replay, tuple(taken))


def _with(choices: Sequence[int], place: int, taken: int) -> tuple[int, ...]:
    if place >= len(choices):  # What is left out is 0.
        choices = (*choices, *[0] * (place + 1 - len(choices)))
    return _trimmed((*choices[:place], taken, *choices[place + 1 :]))


def _having(replay: Replay, events: Sequence[int]) -> Replay:
    return dataclasses.replace(replay, events=_trimmed(events))


def _trimmed(choices: Sequence[int]) -> tuple[int, ...]:
    end = len(choices)
    while end and choices[end - 1] == 0:
        end -= 1
    return tuple(choices[:end])
