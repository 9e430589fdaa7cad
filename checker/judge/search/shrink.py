"""Shrinking: from a run that fails to the smallest one found that still fails in the same way.

For each deviation of the result from the plainest run, the guarantee is: without it, the check
passes, or fails in another way. No choice can be taken back to "what comes first" or left out, none
can be made smaller by one, no input that may be left out can be, and a run that fails with every
call taking its latency, or with the plain order of ready tasks, is shrunk to that.

In the manner of Hypothesis: try what is smaller, keep what still fails, until nothing does. Where an
input is left out, the choices that went wrong before mean something else, so others are tried too.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from random import Random

from checker.judge.replay import Replay

OTHERS = 20
"""How many other choices are tried for fewer inputs."""

MAX_RUNS = 400
"""How many smaller runs are tried at the most."""


def shrink(
    replay: Replay,
    fails: Callable[[Replay], Replay | None],
    removable: Mapping[int, tuple[int, int]],
) -> Replay:
    """The smallest replay found. `fails` tries one, and returns it as it was played if it fails in
    the same way; `removable` says how long each list of inputs is, and how long it must stay."""
    tried = {replay}
    smaller: Replay | None = replay
    while smaller is not None:
        replay = smaller
        smaller = None
        for candidate in _smaller(replay, removable):
            if candidate in tried:
                continue
            if len(tried) > MAX_RUNS:
                return replay
            tried.add(candidate)
            played = fails(candidate)
            if played is not None and _size(played) < _size(replay):
                smaller = played
                tried.add(played)
                break
    return replay


def _size(replay: Replay) -> tuple[int, ...]:
    """What is smaller comes first: fewer inputs, then fewer choices that deviate, then ..."""
    choices = replay.choices or ()
    return (
        -len(replay.without),
        replay.choices is not None,
        sum(choice > 0 for choice in choices),
        len(choices),
        sum(choices),
        replay.order != 0,
    )


def _smaller(replay: Replay, removable: Mapping[int, tuple[int, int]]) -> Iterator[Replay]:
    """What to try in place of `replay`, the boldest first."""
    for number, (length, least) in removable.items():
        left = [i for i in range(length) if (number, i) not in replay.without]
        if len(left) > least:
            for index in reversed(left):
                yield dataclasses.replace(replay, without=replay.without | {(number, index)})
            for index in reversed(left):
                fewer = dataclasses.replace(replay, without=replay.without | {(number, index)})
                yield from _with_other_choices(fewer, Random(index))
    if replay.choices is not None:
        yield dataclasses.replace(replay, choices=None)
        yield from _with_smaller_choices(replay, list(replay.choices))
    if replay.order:
        yield dataclasses.replace(replay, order=0)


def _with_other_choices(replay: Replay, random: Random) -> Iterator[Replay]:
    if replay.choices is not None:
        highest = max([1, *replay.choices])
        for _ in range(OTHERS):
            length = random.randint(1, len(replay.choices) + 1)
            deviates = random.random()
            yield replay.trimmed(
                [
                    random.randint(1, highest) if random.random() < deviates else 0
                    for _ in range(length)
                ]
            )


def _with_smaller_choices(replay: Replay, choices: list[int]) -> Iterator[Replay]:
    half = len(choices)
    while half > 1:
        half //= 2
        yield replay.trimmed(choices[:half])
    for index in reversed(range(len(choices))):
        if choices[index]:
            yield replay.trimmed([*choices[:index], 0, *choices[index + 1 :]])
    for index in reversed(range(len(choices))):
        yield replay.trimmed([*choices[:index], *choices[index + 1 :]])
    for index, choice in enumerate(choices):
        if choice > 1:
            yield replay.trimmed([*choices[:index], 1, *choices[index + 1 :]])
            yield replay.trimmed([*choices[:index], choice - 1, *choices[index + 1 :]])
