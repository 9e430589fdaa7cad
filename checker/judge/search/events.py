"""The choices about the events of a world, taken apart: what went wrong in it, and in what order.

They are recorded as one sequence of numbers, in which the place of each depends on those before it.
To change one of them and nothing else, they are taken apart, and put together again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from checker.judge.choices import Choice, Choices, Replay
from checker.judge.search.explore import Aims, Mishap


@dataclass(frozen=True, slots=True)
class Events:
    """What is chosen for one run of a submission, with certain inputs and under certain aims."""

    aims: Aims
    inputs: tuple[int, ...]
    acts: int
    """How many acts there are."""
    ready: int = 0
    """What decides in which order ready tasks go on, where a backend leaves that open."""
    explored: bool = False
    """Whether replies may overtake each other."""
    mishap: Mishap = field(default_factory=Mishap)
    """What is made to go wrong."""
    orders: tuple[int, ...] = ()
    """Which of several things happened, each time that there was a choice. Where they end, the
    plainest happens."""

    @classmethod
    def of(cls, choices: Choices, aims: Aims, acts: int) -> "Events":
        """Those of a world that was played."""
        taken = {choice.kind: choice.taken for choice in choices.events if choice.kind != "order"}
        return cls(
            aims,
            choices.replay().inputs,
            acts,
            taken.get("ready", 0),
            bool(taken.get("explored", 0)),
            Mishap(
                taken.get("strike", 0),
                taken.get("act", 0),
                taken.get("fail", 0),
                taken.get("error", 0),
            ),
            tuple(choice.taken for choice in orders_of(choices.events)),
        )

    def replay(self) -> Replay:
        """What to give to have this world."""
        mishap = self.mishap
        events = [self.ready]
        if self.aims.orders:
            events.append(int(self.explored))
        if self.aims.cancel:
            events.append(mishap.moment)
            if mishap.moment and self.acts > 1:
                events.append(mishap.act)
        if self.aims.fail:
            events.append(mishap.call)
            if mishap.call and len(self.aims.fail) > 1:
                events.append(mishap.error)
        return Replay(self.inputs, (*events, *self.orders))

    def ordered(self, orders: Sequence[int]) -> "Events":
        """The same with another order."""
        return replace(self, orders=tuple(orders))

    def with_mishap(self, mishap: Mishap) -> "Events":
        """The same with something else that goes wrong."""
        return replace(self, mishap=mishap)

    @property
    def moves(self) -> int:
        """How many of these choices are not the plainest: what is overtaken, cancelled or made to
        fail."""
        wrong = bool(self.mishap.moment) + bool(self.mishap.call)
        return wrong + sum(taken > 0 for taken in self.orders)


def orders_of(events: Sequence[Choice]) -> list[Choice]:
    """Those of the choices that say what happens next."""
    return [choice for choice in events if choice.kind == "order"]
