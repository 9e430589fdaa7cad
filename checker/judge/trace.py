"""What the judge knows of one run: facts, in virtual seconds since the run began.

What the judge saw itself: the calls it served and when, their order, the returned value, elapsed
time. What the sandbox alone could see, and the submission could therefore have made up: tasks and
threads and their names, lines, prints, warnings, stretches in which the loop was blocked. A check
may ask for such a fact to be right, but no point should be earned by one alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from checker.judge.service import Service
from checker_sandbox.wire.messages import (
    ActEnding,
    Awaited,
    ErrorTree,
    NotRunnable,
    Raised,
    Returned,
    Spun,
    Stopped,
    Wait,
)

__all__ = [
    "ActEnding",
    "ActRecord",
    "Awaited",
    "Blocked",
    "Call",
    "Deadlocked",
    "Died",
    "Ending",
    "ErrorTree",
    "Given",
    "Livelocked",
    "Misbehaved",
    "NotRunnable",
    "Overran",
    "Printed",
    "Raised",
    "Returned",
    "Spun",
    "Stopped",
    "Struck",
    "Swallowed",
    "Task",
    "TaskEnding",
    "Thread",
    "TimedOut",
    "Trace",
    "Wait",
    "Waited",
    "Warned",
    "Watched",
    "most_in_flight",
    "seconds",
]


def seconds(nanoseconds: int) -> float:
    return nanoseconds / 1e9


class Given(dict[str, Any]):
    """Arguments by name. If they did not fit the method, each of them is None."""

    def __missing__(self, name: str) -> None:
        return None


@dataclass(slots=True)
class Call:
    """A call of a service's method, from its arrival to its end. Times are virtual seconds since the
    run began."""

    number: int
    service: Service = field(repr=False, compare=False)
    """The one that was called."""
    service_number: int
    """Its number: services are numbered as they first cross."""
    method: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    task: int
    """The number of the task that called; 1 is the submission's own."""
    thread: int
    """The number of the worker thread that called; 0 is the event loop's own."""
    line: int | None
    started: float
    ended: float | None = None
    """None while it is under way; it may be so for good if the run ended first."""
    outcome: Literal["pending", "answered", "failed", "cancelled"] = "pending"
    """`answered` and `failed` when the service replied with a value or an error, `cancelled` when the
    caller waited no more, `pending` until then."""
    given: Given = field(default_factory=Given)
    """The arguments by the names of the method's parameters, however they were passed."""
    reply: Any = None
    """What was answered, or what it failed with."""
    order: int = 0
    """Its place among all that happened in the run: time alone does not order one instant."""
    ended_order: int | None = None
    """The place of its end."""

    @property
    def done(self) -> bool:
        """Whether the service carried it out."""
        return self.outcome == "answered"


@dataclass(frozen=True, slots=True)
class Blocked:
    """A stretch in which the event loop's own thread waited, and no task could run, in virtual seconds
    since the run began."""

    what: Awaited
    line: int | None
    started: float
    ended: float
    task: int = field(default=0, compare=False)
    """The task that held it, as far as the sandbox says."""
    order: int = field(default=0, compare=False)
    kept_waiting: tuple[int, ...] = field(default=(), compare=False)
    """The calls of other tasks whose replies came meanwhile, and found nobody."""

    @property
    def length(self) -> float:
        return self.ended - self.started


@dataclass(frozen=True, slots=True)
class Printed:
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Warned:
    text: str
    line: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Task:
    number: int
    name: str
    parent: int | None
    started: float
    line: int | None = None
    """The learner's line that started it."""
    order: int = 0


@dataclass(frozen=True, slots=True)
class Waited:
    """From `at` on, a task (or its worker thread, if `thread` is not 0) waited for something."""

    task: int
    thread: int
    line: int | None
    what: Awaited
    at: float
    order: int


@dataclass(frozen=True, slots=True)
class Struck:
    """An exception appeared in the learner's code; without a kind, it was a cancellation."""

    task: int
    line: int | None
    kind: str
    message: str
    at: float
    order: int


@dataclass(frozen=True, slots=True)
class Swallowed:
    """An `except` took a cancellation, and the task went on."""

    task: int
    line: int | None
    at: float
    order: int


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A time limit of the learner's own was up, and what `task` did in its block was cancelled."""

    task: int
    line: int | None
    """Where the block begins."""
    since: float
    until: float
    order: int


@dataclass(frozen=True, slots=True)
class TaskEnding:
    how: Literal["returned", "raised", "cancelled"]
    kind: str
    """The class of the error that the task raised."""
    line: int | None
    """Where that, or the cancellation, first appeared."""


@dataclass(frozen=True, slots=True)
class Thread:
    number: int
    name: str
    task: int
    """The task that started it."""
    started: float


@dataclass(slots=True)
class Watched:
    """What the sandbox tells only where the judge asks for it, for people to look at."""

    waits: list[Waited] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)
    swallowed: list[Swallowed] = field(default_factory=list)
    threads: dict[int, Thread] = field(default_factory=dict)
    ended: dict[tuple[int, int], float] = field(default_factory=dict)
    """When tasks and threads ended, by task (or 0) and thread."""
    endings: dict[int, TaskEnding] = field(default_factory=dict)
    """How tasks ended, as far as that is known."""
    timeouts: list[TimedOut] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Deadlocked:
    """Nothing could ever happen again."""

    waits: tuple[Wait, ...]


@dataclass(frozen=True, slots=True)
class Livelocked:
    """Timers went off again and again, and nothing came of it that had not come of it before."""

    waits: tuple[Wait, ...]
    steps: int
    """How often they did."""
    since: float
    """When it began, in virtual seconds."""
    until: float | None = None
    """When everything was as it had been then, so that it is proved to go on for ever."""


@dataclass(frozen=True, slots=True)
class Overran:
    """It met a limit."""

    what: str
    line: int | None = None
    costly: bool = False
    """Whether it was a limit of real time."""
    endless: bool = False
    """Whether it was the limit of steps."""


@dataclass(frozen=True, slots=True)
class Died:
    """Its process ended before the function did."""

    how: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Misbehaved:
    """It sent what no run of the kit sends."""

    what: str


Ending: TypeAlias = ActEnding | Spun | Deadlocked | Livelocked | Overran | Died | Misbehaved
"""How a run ended. The first ones a sandbox tells, the others only the judge knows."""


@dataclass(slots=True)
class ActRecord:
    """One call of the learner's code, as the judge saw it."""

    function: str
    arguments: tuple[Any, ...] = field(compare=False)
    """As the judge has them: services as themselves."""
    started: float | None = None
    """None if it never began."""
    ended: float | None = None
    """None while it is under way; it may be so for good if the run ended first."""
    ending: ActEnding | None = None
    cancelled_at: float | None = None
    """When the judge cancelled it from outside, if it did."""


@dataclass(slots=True)
class Trace:
    """One run, from beginning to end."""

    backend: str
    services: Sequence[Service] = field(default=(), repr=False, compare=False)
    """All that the submission could call, by number."""
    steps: int = 0
    """How many things happened, chosen or not."""
    task_steps: int | None = None
    """How many steps the tasks took, if the run was to count them."""
    cancelled_at: float | None = None
    """When the judge first cancelled something from outside, if it did."""
    cancelled_order: int = 0
    ending: Ending = field(default_factory=lambda: Died("nothing was run"))
    elapsed: float = 0.0
    acts: list[ActRecord] = field(default_factory=list)
    """What was called of the submission; one act, in most runs."""
    calls: list[Call] = field(default_factory=list)
    tasks: dict[int, Task] = field(default_factory=dict)
    blocked: list[Blocked] = field(default_factory=list)
    prints: list[Printed] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    watched: Watched = field(default_factory=Watched)
    tasks_left: tuple[Wait, ...] = ()
    threads_left: tuple[Wait, ...] = ()


def most_in_flight(calls: Iterable[Call]) -> int:
    """How many of `calls` were under way at the same time, at the most."""
    changes = []
    for call in calls:
        changes.append((call.started, 1))
        if call.ended is not None:
            changes.append((call.ended, -1))
    most = now = 0
    for _, change in sorted(changes):  # At the same instant, ends come before starts.
        now += change
        most = max(most, now)
    return most
