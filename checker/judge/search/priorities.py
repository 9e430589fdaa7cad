"""Probabilistic concurrency testing: tasks have random priorities, which change at few points.

What may happen next to the task of the highest priority happens. At `changes` random steps that
task falls behind all others. A bug that needs `d` ordering constraints in a run of `n` tasks and `k`
steps is found with a probability of at least 1 / (n * k**(d - 1)): the only strategy here with a
promise, and the one that lets a task get twenty steps ahead.

Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees
of Finding Bugs" (ASPLOS 2010).
"""

from collections.abc import Sequence
from random import Random

from checker.judge.scheduler import Enabled


class Priorities:
    """PCT with `changes` change points, in a run of about `steps` steps."""

    explored = True

    def __init__(self, random: Random, steps: int, changes: int) -> None:
        self._random = random
        self._priorities: dict[int, float] = {}
        steps = max(steps, 1)
        self._changes = set(random.sample(range(steps), k=min(changes, steps)))
        self._step = 0

    def choose(self, enabled: Sequence[Enabled]) -> int:
        return max(range(len(enabled)), key=lambda i: self._priority(enabled[i].task))

    def happened(self, event: Enabled, at: int) -> None:
        if self._step in self._changes:
            self._priorities[event.task] = -1.0 - self._step
        self._step += 1

    def _priority(self, task: int) -> float:
        if task not in self._priorities:
            self._priorities[task] = self._random.random()
        return self._priorities[task]
