"""A uniform random walk: of all that may happen next, each is as likely.

Simple, and hard to beat where many orders are bad. Where one task must get far ahead of the others
it is hopeless: it lets them take turns.
"""

from collections.abc import Sequence
from random import Random

from checker.judge.scheduler import Enabled


class RandomWalk:
    explored = True

    def __init__(self, random: Random) -> None:
        self._random = random

    def choose(self, enabled: Sequence[Enabled]) -> int:
        return self._random.randrange(len(enabled))

    def happened(self, event: Enabled, at: int) -> None:
        pass
