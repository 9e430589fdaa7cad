"""All orders, one after another, where there are few: a depth-first walk of the tree of choices.

Each run follows a path in that tree and widens it: the next run is the same up to the last choice
that had another side left, and takes that. When no choice has one, every order has been tried.
"""

from collections.abc import Sequence

from checker.judge.schedule import Enabled


class Exhaustive:
    """The schedule for the next order; used again and again, with `advance` between two runs."""

    explored = True

    def __init__(self) -> None:
        self._path: list[int] = []
        self._widths: list[int] = []
        self._depth = 0

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
    def orders(self) -> int:
        """About how many orders there are, if the path of the last run is like the others."""
        product = 1
        for width in self._widths:
            product *= width
        return product

    def advance(self) -> bool:
        """Turn to the next order; False if there is none left."""
        del self._path[self._depth :], self._widths[self._depth :]
        while self._path and self._path[-1] + 1 >= self._widths[-1]:
            self._path.pop()
            self._widths.pop()
        if not self._path:
            return False
        self._path[-1] += 1
        self._depth = 0
        return True
