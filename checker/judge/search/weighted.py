"""Walks weighted by how much each task has left to do, so that every order is about as likely.

A plain walk favours the orders in which tasks of different lengths end together. Choosing each task
in proportion to what it has left makes all interleavings equally likely (URW). Where only what
happens to one service matters, the same is done for its calls alone (SURW): which task comes next
there is drawn in proportion to the calls of it that the tasks have left, and until that task has
called it, the others are held back from it and run as they like otherwise.

Both from Zhao, Wolff, Mathur and Roychoudhury, "Selectively Uniform Concurrency Testing" (ASPLOS
2025); URW is in Shuttle as well. What is left is counted in an earlier run of the same program.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from checker.judge.scheduler import Enabled


class Weighted:
    """URW: `counts` holds how many events each task has in a run."""

    explored = True

    def __init__(self, random: Random, counts: Mapping[int, int]) -> None:
        self._random = random
        self._left = Counter(counts)

    def choose(self, enabled: Sequence[Enabled]) -> int:
        weights = [max(self._left[event.task], 1) for event in enabled]
        return self._random.choices(range(len(enabled)), weights)[0]

    def happened(self, event: Enabled, at: int) -> None:
        self._left[event.task] -= 1


class SelectivelyWeighted:
    """SURW: `counts` holds how many calls of `service` each task makes in a run, `events` how many
    events it has in all."""

    explored = True

    def __init__(
        self, random: Random, service: int, counts: Mapping[int, int], events: Mapping[int, int]
    ) -> None:
        self._random = random
        self._service = service
        self._others = Weighted(random, events)
        self._left = Counter(counts)
        self._next = self._draw()

    def _draw(self) -> int | None:
        """The task whose call of the service comes next; None when none is expected any more."""
        left = {task: count for task, count in self._left.items() if count > 0}
        return self._random.choices([*left], [*left.values()])[0] if left else None

    def choose(self, enabled: Sequence[Enabled]) -> int:
        free = [
            index
            for index, event in enumerate(enabled)
            if not self._is_of_interest(event) or event.task == self._next
        ]
        free = free or [*range(len(enabled))]
        return free[self._others.choose([enabled[index] for index in free])]

    def happened(self, event: Enabled, at: int) -> None:
        self._others.happened(event, at)
        if self._is_of_interest(event):
            self._left[event.task] -= 1
            self._next = self._draw()

    def _is_of_interest(self, event: Enabled) -> bool:
        return event.kind == "reply" and event.service == self._service
