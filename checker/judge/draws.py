"""Draws: what a world is made of, within bounds that the author of a check states.

The author says what may come, and the kit sees to it that the ends do come: the smallest and the
largest, equal values and falsy ones. A *profile* says how the sizes and how the values of one world
are drawn; over the worlds of a check, each end occurs with each.

All draws are recorded choices, of which 0 is the smallest, so a failure shrinks to small inputs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from random import Random
from typing import Final, Literal, Protocol, TypeAlias, TypeVar

from checker.judge.choices import SEEDS, Choices, Kind

_T = TypeVar("_T")

Manner: TypeAlias = Literal[
    "typical", "low", "next", "high", "swing", "sway", "same", "ends", "mixed"
]
"""How a world draws: from the middle, the low end, right above it, the high end, both ends in turn from the low one
or from the high one, what was drawn before, or each of these by chance; with `ends`, both ends of a
range come before that."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How the inputs of one world are drawn."""

    sizes: Manner = "typical"
    values: Manner = "typical"


_ENDS: Final = (
    Profile(),
    Profile("high", "ends"),  # As many as there may be.
    Profile("sway", "low"),  # Many items and few places, say; all values falsy, and so equal.
    Profile("swing", "same"),  # Few items and many places; all values equal.
    Profile("typical", "mixed"),
    Profile("low", "high"),  # Nothing at all.
    Profile("typical", "low"),
    Profile("typical", "high"),
    Profile("high", "low"),
    Profile("next", "typical"),  # One where there may be none, two where there must be one.
)


def profiles() -> Iterator[Profile]:
    """Without end: first those in which every end occurs, the most telling ones first."""
    return chain(_ENDS, repeat(Profile("mixed", "mixed")))


ANY_SIZE: Final = 1 << 30

CROWD: Final = 12
"""How far above the low end a size is that is large, but need not be the largest."""


class Drawer:
    """Makes the choices of a world's inputs, as its profile has it; no size is further than `largest`
    above the low end of its range."""

    def __init__(self, profile: Profile, random: Random, largest: int = ANY_SIZE) -> None:
        self._manners = {"size": profile.sizes, "value": profile.values}
        self._random = random
        # Chance alone shall not make a world large, and so slow: once or twice is enough.
        self._largest = min(largest, CROWD) if profile.sizes == "mixed" else largest
        self._drawn = {"size": 0, "value": 0}
        self._last: dict[int, int] = {}
        self._ends: dict[int, list[Manner]] = {}

    def choose(self, kind: Kind, width: int) -> int:
        """A number below `width`, where 0 is the low end."""
        if kind == "amount":
            kind = "value"
        if kind not in self._manners:
            return self._random.randrange(width)
        self._drawn[kind] += 1
        manner = self._manners[kind]
        if manner == "ends":
            left = self._ends.setdefault(width, self._random.sample(_BOTH, k=2))
            manner = left.pop() if left else "mixed"
        if manner == "mixed":
            manner = self._random.choice(("typical", "typical", "low", "high", "same"))
            if manner == "same" and kind == "size":
                manner = "next"
        if manner in ("swing", "sway"):
            manner = "low" if (self._drawn[kind] % 2 == 1) == (manner == "swing") else "high"
        if manner == "low":
            chosen = 0
        elif manner == "next":
            chosen = min(1, width - 1)
        elif manner == "high":
            chosen = min(width - 1, self._largest) if kind == "size" else width - 1
        elif manner == "same" and kind == "value":
            chosen = self._last.get(width, width - 1)
        elif kind == "size":
            # A handful: most of what goes wrong does so with few, and few are read more easily.
            least = min(2, width - 1)
            chosen = self._random.randint(least, min(least + HANDFUL, width - 1))
        else:
            chosen = self._random.randrange(width)
        self._last[width] = chosen
        return chosen


_BOTH: Final[tuple[Manner, ...]] = ("low", "high")

HANDFUL: Final = 4
"""How far above the low end a typical size is, at the most, beyond the first two."""

_STEP: Final = 1_000_000
"""Nanoseconds between two durations that can be drawn: a millisecond."""

_OFF_GRID: Final = (300_000, 700_000, 100_000, 900_000)
"""What is added to a duration, in nanoseconds, so that it is no whole number of milliseconds."""


class Misuse(AssertionError):
    """A check uses its case as no run could be repeated: a mistake of its author, and never an error
    that a service raises on purpose."""


class Chooser(Protocol):
    """Makes choices where none are given."""

    def choose(self, kind: Kind, width: int) -> int:
        """A number below `width`; 0 is the plainest."""
        ...


class Draws:
    """What a check draws the inputs of a world with. Every range includes both of its ends."""

    def __init__(self) -> None:
        self._choices: Choices | None = None
        self._chooser: Chooser = Drawer(Profile(), Random(0))
        self._details = Random(0)

    def _begin(self, choices: Choices, chooser: Chooser) -> None:
        self._choices, self._chooser = choices, chooser
        self._details = Random(self._take("details", SEEDS))

    def _take(self, kind: Kind, width: int) -> int:
        if self._choices is None:
            raise Misuse("inputs are drawn inside the loop over the worlds they are for")
        if self._choices.running:
            raise Misuse("inputs are drawn before the submission runs")
        return self._choices.take(kind, width, lambda: self._chooser.choose(kind, width))

    @property
    def random(self) -> Random:
        """Chance for details on which no verdict depends, such as names and secret texts: they are not
        made smaller when a failure is. It is the same each time a run is repeated."""
        if self._choices is None:
            raise Misuse("inputs are drawn inside the loop over the worlds they are for")
        return self._details

    def size(self, least: int, most: int) -> int:
        """How many of something there are (items, places, tasks): a number from `least` to `most`, and
        both occur. A failure is shrunk towards `least`. Raises `ValueError` if nothing lies between the
        two."""
        return least + self._take("size", _width(least, most))

    def integer(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`, such as an amount or a price; both occur, and so do equal
        ones. A failure is shrunk towards `least`. Raises `ValueError` if nothing lies between the
        two."""
        return least + self._take("value", _width(least, most))

    def amount(self, least: int, most: int) -> int:
        """As `integer`, for a number that a program gets to see and might treat in a way of its own if it is
        the least one: a price of 0, say. A failure is shrunk towards the one above that: where an example
        shows the least one all the same, the failure needs it. Raises `ValueError` if nothing lies between
        the two."""
        return least + self._take("amount", _width(least, most))

    def pick(self, items: Sequence[_T]) -> _T:
        """One of `items`, of which the first is the plainest: a failure is shrunk towards it. Picked
        again, it may be the same. Raises `ValueError` if there are none."""
        return items[self._take("value", _width(1, len(items)))]

    def distinct(self, items: Sequence[_T], count: int) -> list[_T]:
        """`count` different ones of `items`, in any order. Raises `ValueError` if there are not so
        many."""
        if count > len(items):
            raise ValueError(f"{count} of {len(items)} items cannot all be different")
        taken: dict[int, int] = {}
        chosen = []
        for place in range(count):
            # Fisher and Yates, for as many places as are asked for: what was taken from a place is
            # replaced by what stood in the first one.
            index = place + self._take("value", _width(1, len(items) - place))
            chosen.append(items[taken.get(index, index)])
            taken[index] = taken.get(place, place)
        return chosen

    def shuffled(self, items: Sequence[_T]) -> list[_T]:
        """All of `items`, in any order; at the low end, in theirs."""
        return self.distinct(items, len(items))

    def duration(self, least: float, most: float) -> float:
        """Virtual seconds between `least` and `most`, on no grid: never a whole number of
        milliseconds, so that a program that polls never hits the right moment. Two
        durations may be equal. A failure is shrunk towards `least`. Raises `ValueError` unless at least
        a whole millisecond lies between the bounds."""
        first = -(round(least * -1e9) // _STEP)
        last = round(most * 1e9) // _STEP - 1  # What is added to it stays below `most`.
        if last < first:
            raise ValueError(f"from {least:g} s to {most:g} s is less than a millisecond")
        index = first + self._take("value", _width(first, last))
        return (index * _STEP + _OFF_GRID[index % len(_OFF_GRID)]) / 1e9


def _width(least: int, most: int) -> int:
    if most < least:
        raise ValueError(f"nothing lies between {least} and {most}")
    return most - least + 1
