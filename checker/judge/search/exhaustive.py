"""All orders, one after another, where there are few: a depth-first walk of the tree of choices.

Each run follows a path in that tree and widens it: the next run is the same up to the last choice
that had another side left, and takes that. When no choice has one, every order has been tried.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from checker.judge.choices import Choice


def next_order(made: Sequence[Choice]) -> tuple[int, ...] | None:
    """The choices with which the order after the one that was `made` begins; None after the last."""
    for place in range(len(made) - 1, -1, -1):
        choice = made[place]
        if choice.kind == "order" and choice.taken + 1 < choice.width:
            return (*(before.taken for before in made[:place]), choice.taken + 1)
    return None


class Estimate:
    """About how many orders there are, if those that are left are like those that were tried.

    A random walk would end in an order with some probability: that is its share of the tree.
    """

    def __init__(self) -> None:
        self._tried = 0
        self._share = Fraction()

    def add(self, made: Sequence[Choice]) -> None:
        """Count the order that was `made`."""
        self._tried += 1
        self._share += Fraction(1, math.prod(c.width for c in made if c.kind == "order"))

    @property
    def orders(self) -> int:
        """At least as many as were tried."""
        return math.ceil(self._tried / self._share) if self._share else 0
