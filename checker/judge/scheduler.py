"""What happens next: the one decision that makes one run differ from another.

Whenever nothing in a submission can run, several things may happen next: a reply to any of the
calls that are under way, the coming of the program's own next deadline, the beginning of another
act, a cancellation from outside. `Scheduler.choose` picks one; what it picks from beginning to end is
a schedule. Everything else about a run follows from the submission.

A *timed* scheduler lets every call take exactly its latency, so that what happens next is what
comes first. An *explored* one takes a latency for the longest that a call may take: a reply may
come any time before, so replies overtake each other, and a deadline comes no later than it would.
What is chosen although it is not first overtakes all that is. Every order that it can choose is one
that a network could produce.

Which schedules are tried is the business of `checker/judge/search`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from checker.judge.choices import Choices
from checker.judge.trace import Livelocked

__all__ = ["LAGS", "Enabled", "Pause", "Plan", "Recorder", "Scheduler", "Timed"]


@dataclass(frozen=True, slots=True)
class Enabled:
    """Something that may happen next."""

    kind: Literal["reply", "deadline", "begin", "cancel"]
    due: int
    """When it happens if nothing is hurried, in nanoseconds of virtual time."""
    call: int = 0
    """The number of the call that is replied to."""
    task: int = 0
    """The number of the task that made the call."""
    service: int = 0
    """The number of the service that was called."""


class Scheduler(Protocol):
    """Chooses, and is told what happened when: two methods, so that a strategy is one idea."""

    explored: bool
    """Whether replies may come before they are due."""

    def choose(self, enabled: Sequence[Enabled]) -> int:
        """The index of what happens next. Asked only where there is a choice; `enabled` is in the
        order of `due`, so that 0 is what happens if nothing is hurried."""
        ...

    def happened(self, event: Enabled, at: int) -> None:
        """Hear that `event` happened at `at` (nanoseconds), chosen or for want of a choice."""
        ...


class Timed:
    """Every call takes its latency, exactly."""

    explored = False

    def choose(self, enabled: Sequence[Enabled]) -> int:
        return 0

    def happened(self, event: Enabled, at: int) -> None:
        pass


class Recorder:
    """An explored scheduler whose choices are recorded: those given first, and then those of `inner`."""

    explored = True

    def __init__(self, choices: Choices, inner: Scheduler) -> None:
        self._choices = choices
        self._inner = inner

    def choose(self, enabled: Sequence[Enabled]) -> int:
        return self._choices.take("order", len(enabled), lambda: self._inner.choose(enabled))

    def happened(self, event: Enabled, at: int) -> None:
        self._inner.happened(event, at)


@dataclass(frozen=True, slots=True)
class Pause:
    """A moment at which nothing of a submission can run, and an act is cancelled from outside."""

    number: int
    """What they wait for is the thing of this number, from 1, to happen in the run."""
    act: int
    """The index of the act."""


LAGS: Final = 5
"""A deadline that comes at the same instant as a reply comes up to four rounds of the event loop later.
What is woken by the reply hands on what it brought in one of them, and somebody else takes it in another."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the judge does in one run beside answering: the order of replies, and what goes wrong."""

    scheduler: Scheduler = field(default_factory=Timed)
    delays: bool = False
    """Whether a reply may come later than it is due, so that any deadline may come before it."""
    lag: Callable[[], int] = int
    """How many rounds of the event loop after a reply a deadline of the same instant comes, below `LAGS`."""
    cancelled_in: Pause | None = None
    failing: int | None = None
    """The number of the call, from 1, that fails in place of being carried out."""
    failure: Exception | None = None
    """What the failing call raises."""
    stop: int | None = None
    """Before the thing of this number, from 1, the run stops, for somebody to look at."""
    known: Livelocked | None = None
    """How this run is known to end: then a few rounds of it are enough."""
