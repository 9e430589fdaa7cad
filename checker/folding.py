"""Rounds: what happens again and again in the same way, to be shown once."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

LEAST: Final = 3
"""How often something must happen in a row to be called a round."""

LONGEST: Final = 60
"""How many things a round may have."""


@dataclass(frozen=True)
class Rounds:
    """From `start` on, `length` things happen `times` times in a row."""

    start: int
    length: int
    times: int

    @property
    def end(self) -> int:
        return self.start + self.length * self.times


def rounds(things: Sequence[Hashable]) -> list[Rounds]:
    """The rounds in `things`, in their order, none within another one. Of several at one place, it is
    those that go furthest, and of these the shortest."""
    found = []
    start = 0
    while start < len(things):
        here = [_rounds_at(things, start, length) for length in range(1, LONGEST + 1)]
        best = max(here, key=lambda each: (each.end if each.times >= LEAST else 0, -each.length))
        if best.times >= LEAST:
            found.append(best)
            start = best.end
        else:
            start += 1
    return found


def _rounds_at(things: Sequence[Hashable], start: int, length: int) -> Rounds:
    times = 1
    if start + length >= len(things) or things[start] != things[start + length]:
        return Rounds(start, length, times)
    first = things[start : start + length]
    while things[start + times * length : start + (times + 1) * length] == first:
        times += 1
    return Rounds(start, length, times)
