"""What happens next: the one decision that makes one run differ from another.

Whenever nothing in a submission can run, several things may happen next: a reply to any of the
calls that are under way, the coming of the program's own next deadline, a cancellation from
outside. `Schedule.choose` picks one. Everything else about a run follows from the submission.

A *timed* schedule lets every call take exactly its latency, so that what happens next is what
comes first. An *explored* one takes a latency for the longest that a call may take: a reply may
come any time before, so replies overtake each other, and a deadline comes no later than it would.
Every order that it can choose is one that a network could produce.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, Protocol

__all__ = ["Enabled", "RandomWalk", "Schedule", "Timed", "explore"]


@dataclass(frozen=True, slots=True)
class Enabled:
    """Something that may happen next."""

    kind: Literal["reply", "deadline", "cancel"]
    due: int
    """When it happens if nothing is hurried, in nanoseconds of virtual time."""
    call: int = 0
    """The number of the call that is replied to."""


class Schedule(Protocol):
    explored: bool
    """Whether replies may come before they are due."""

    def choose(self, enabled: Sequence[Enabled]) -> int:
        """The index of what happens next; `enabled` is never empty, and in the order of `due`."""
        ...


class Timed:
    """Every call takes its latency, exactly."""

    explored = False

    def choose(self, enabled: Sequence[Enabled]) -> int:
        return 0


class RandomWalk:
    """Any of what may happen next, all equally likely."""

    explored = True

    def __init__(self, random: Random) -> None:
        self._random = random

    def choose(self, enabled: Sequence[Enabled]) -> int:
        return self._random.randrange(len(enabled))


def explore(random: Random, runs: int) -> Iterator[Schedule]:
    """`runs` schedules: first the timed one, then a random walk of its own each."""
    yield Timed()
    for _ in range(runs - 1):
        yield RandomWalk(Random(random.getrandbits(64)))
