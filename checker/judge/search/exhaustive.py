"""All orders, one after another, where there are few: a depth-first walk of the tree of choices.

Each run follows a path in that tree and widens it: the next run is the same up to the last choice
that had another side left, and takes that. When no choice has one, every order has been tried.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from checker.judge.schedule import Enabled


class Exhaustive:
    """The schedule for the next order; used again and again, with `advance` between two runs."""

    explored = True

    def __init__(self) -> None:
        self._path: list[int] = []
        self._widths: list[int] = []
        self._depth = 0
        self._tried = 0
        self._share = Fraction()

    def choose(self, enabled: Sequence[Enabled]) -> int:
        if self._depth == len(self._path):
            self._path.append(0)
            self._widths.append(len(enabled))
        self._widths[self._depth] = len(enabled)
        choice = min(self._path[self._depth], len(enabled) - 1)
        self._depth += 1
        return choice

    def happened(self, event: Enabled, at: int) -> None:
        pass

    @property
    def orders(self) -> Fraction:
        """About how many orders there are, if those that are left are like those that were tried.

        A random walk would end in this one with some probability: that is its share of the tree.
        """
        return (self._tried + 1) / (self._share + self._share_of_last())

    def _share_of_last(self) -> Fraction:
        return Fraction(1, math.prod(self._widths[: self._depth]))

    def advance(self) -> bool:
        """Turn to the next order; False if there is none left."""
        self._tried += 1
        self._share += self._share_of_last()
        del self._path[self._depth :], self._widths[self._depth :]
        while self._path and self._path[-1] + 1 >= self._widths[-1]:
            self._path.pop()
            self._widths.pop()
        if not self._path:
            return False
        self._path[-1] += 1
        self._depth = 0
        return True
