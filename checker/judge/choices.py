"""One sequence of choices: a world is a pure function of it.

Whatever makes one world of a check differ from another is a choice: how many items there are and
which, in what order the replies come and ready tasks run, where a cancellation strikes, which call
fails. Each is a number below some width, and 0 is always the plainest possibility. They are
recorded as they are made, so to repeat a world is to read its choices back, and to shrink it is to
make them fewer and smaller. The idea is Hypothesis's ("Test-Case Reduction via Test-Case
Generation", MacIver and Donaldson, ECOOP 2020).

The choices of a world stand in two lanes: those made before the submission runs (its inputs), and
those made for the run (its events). So a smaller input does not turn every reply into another one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "details",
    "size",
    "value",
    "amount",
    "ready",
    "explored",
    "strike",
    "act",
    "fail",
    "error",
    "order",
    "lag",
]
"""What a choice decides: irrelevant details of the inputs, how many of something there are, which
value something has, and whether that is a number that programs treat in a way of its own if it is 0; the order of ready tasks, whether replies may overtake each other, the step at
which a cancellation strikes and whom, which call fails and with which error, what happens next, and how far
the program gets with a reply before a deadline of the same instant comes."""

SEEDS: Final = 1 << 32
"""The width of a choice from which chance is drawn."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of `width` possibilities; 0 is the plainest, but for an amount."""

    kind: Kind
    taken: int
    width: int

    @property
    def plainest(self) -> int:
        """What it would be if nothing depended on it. Of an amount that is 1, so that who reads of a failure
        and sees a 0 may take it that the failure needs one."""
        return 1 if self.kind == "amount" else 0

    def plainness(self, taken: int) -> int:
        """How plain it would be, if it were `taken`: 0 is the plainest."""
        return {1: 0, 0: 1}.get(taken, taken) if self.kind == "amount" else taken


@dataclass(frozen=True, slots=True)
class Replay:
    """The choices of one world, to be made again. Where they end, the plainest follow."""

    inputs: tuple[int, ...] = ()
    events: tuple[int, ...] = ()


class Choices:
    """The choices of one world: those of `given` first, then new ones."""

    def __init__(self, given: Replay | None = None) -> None:
        self._given = given or Replay()
        self.inputs: list[Choice] = []
        self.events: list[Choice] = []
        self.running = False
        """Whether the submission runs: what is chosen from then on is an event."""

    def take(self, kind: Kind, width: int, choose: Callable[[], int]) -> int:
        """The next choice, a number below `width`: as it was given, or else as `choose` has it."""
        if width <= 1:
            return 0  # There is nothing to choose.
        made, given = (
            (self.events, self._given.events) if self.running else (self.inputs, self._given.inputs)
        )
        place = len(made)
        taken = min(given[place], width - 1) if place < len(given) else choose()
        made.append(Choice(kind, taken, width))
        return taken

    def replay(self) -> Replay:
        """What to give to have this world again."""
        return Replay(_trimmed(self.inputs), _trimmed(self.events))


def _trimmed(choices: Sequence[Choice]) -> tuple[int, ...]:
    taken = [choice.taken for choice in choices]
    while taken and taken[-1] == 0:
        taken.pop()
    return tuple(taken)
