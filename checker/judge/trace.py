"""What the judge knows of one run: facts, in virtual seconds since the run began.

What the judge saw itself: the calls it served and when, their order, the returned value, elapsed
time. What the sandbox alone could see, and the submission could therefore have made up: tasks and
threads and their names, lines, prints, warnings, stretches in which the loop was blocked. A check
may ask for such a fact to be right, but no point should be earned by one alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from checker.judge.service import Service, error_kind, error_text
from checker_sandbox.wire.messages import (
    ActEnding,
    Awaited,
    ErrorTree,
    NotRunnable,
    Primitive,
    Raised,
    Returned,
    Spun,
    Stopped,
    Value,
    Wait,
)
from checker_sandbox.wire.plain import shortened

__all__ = [
    "ActEnding",
    "ActRecord",
    "Awaited",
    "Blocked",
    "Call",
    "CancelCalled",
    "Deadlocked",
    "Died",
    "Ending",
    "ErrorTree",
    "Failure",
    "Given",
    "Happening",
    "Limit",
    "Livelocked",
    "Misbehaved",
    "NotRunnable",
    "Overran",
    "PassedBy",
    "Paused",
    "Picture",
    "Primitive",
    "Printed",
    "Raised",
    "Returned",
    "ServiceState",
    "Spun",
    "Stood",
    "Stopped",
    "StreamState",
    "Struck",
    "Swallowed",
    "Task",
    "TaskEnding",
    "Thread",
    "TimedOut",
    "Trace",
    "Unshared",
    "Value",
    "Wait",
    "Waited",
    "Warned",
    "Watched",
    "Woke",
    "most_in_flight",
    "seconds",
]


def seconds(nanoseconds: int) -> float:
    return nanoseconds / 1e9


class Given(dict[str, Any]):
    """Arguments by name. If they did not fit the method, each of them is None."""

    def __missing__(self, name: str) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Failure:
    """The error with which a call failed, as the submission got it. As a text: `ValueError: no such book`."""

    kind: str
    """The name of its class."""
    message: str
    """What it says, without its class."""

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        """What the submission gets of an error that a service raises."""
        return cls(error_kind(error), shortened(error_text(error)))

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


@dataclass(slots=True)
class Call:
    """A call of a service's method, from its arrival to its end. Times are virtual seconds since the
    run began."""

    number: int
    """Its number among the calls of the run, in the order of arrival."""
    service: Service = field(repr=False, compare=False)
    """The one that was called."""
    service_number: int
    """Its number: services are numbered as they first cross."""
    method: str
    """The name of the method."""
    arguments: tuple[Any, ...]
    """The positional arguments, as they were sent; services among them as themselves."""
    keywords: dict[str, Any]
    """The keyword arguments, as they were sent. `given` has both sorts, by name."""
    task: int
    """The number of the task that called; 1 is the submission's own."""
    thread: int
    """The number of the worker thread that called; 0 is the event loop's own."""
    line: int | None
    """The line of the learner's file that made the call, if the sandbox knows it."""
    started: float
    """When it arrived, in virtual seconds."""
    ended: float | None = None
    """When it was answered, failed or was cancelled, in virtual seconds. None while it is under way; it may be so for good if the run ended first."""
    outcome: Literal["pending", "answered", "failed", "cancelled"] = "pending"
    """`answered` and `failed` when the service replied with a value or an error, `cancelled` when the
    caller waited no more, `pending` until then."""
    is_last: bool = False
    """Whether it was an `__anext__` that said that there are no more items."""
    given: Given = field(default_factory=Given)
    """The arguments by the names of the method's parameters, however they were passed."""
    reply: Any = None
    """What was answered. None as well if nothing was, and for the end of an `async for`."""
    failure: Failure | None = None
    """The error with which it failed, if it did."""
    order: int = 0
    """Its place among all that happened in the run: time alone does not order one instant."""
    ended_order: int | None = None
    """The place of its end."""

    @property
    def done(self) -> bool:
        """Whether the service carried it out."""
        return self.outcome == "answered"

    def failed_with(self, *errors: Exception) -> bool:
        """Whether it failed, and with an error of the kind and the message of one of these."""
        return self.failure is not None and self.failure in map(Failure.of, errors)


@dataclass(frozen=True, slots=True)
class Blocked:
    """A stretch in which the event loop's own thread waited, and no task could run, in virtual seconds
    since the run began."""

    what: Awaited
    """What the thread waited for: `kind` says of which sort that is, and `name` what it is called."""
    line: int | None
    """The line of the learner's file that held the thread, if it is known."""
    started: float
    """When it began, in virtual seconds."""
    ended: float
    """When the thread was free again, in virtual seconds."""
    task: int = field(default=0, compare=False)
    """The number of the task that held it, as far as the sandbox says; 0 if that is not known."""
    order: int = field(default=0, compare=False)
    """Its place among all that happened in the run."""
    kept_waiting: tuple[int, ...] = field(default=(), compare=False)
    """The calls of other tasks whose replies came meanwhile, and found nobody."""

    @property
    def length(self) -> float:
        """How long it lasted, in virtual seconds."""
        return self.ended - self.started


@dataclass(frozen=True, slots=True)
class Printed:
    """Something that the submission printed."""

    text: str
    """What it printed."""
    at: float
    """When, in virtual seconds since the run began."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning of Python's that a coroutine was never awaited."""

    text: str
    """What Python said."""
    line: int | None
    """The line of the learner's file that made the coroutine, if it is known."""
    at: float
    """When, in virtual seconds since the run began."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the submission, as the sandbox tells of it."""

    number: int
    """Its place among all tasks, in the order in which they were started, from 1."""
    name: str
    """What the submission calls it, or the name of its function."""
    parent: int | None
    """The number of the task that started it, if one did."""
    started: float
    """When it was started, in virtual seconds since the run began."""
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
class PassedBy:
    """A cancellation passed an `except` that takes asyncio.CancelledError, and is none."""

    task: int
    line: int | None
    """That of the `except`."""
    at: float
    order: int


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A time limit of the learner's own was up, and what `task` did in its block was cancelled."""

    task: int
    line: int | None
    """Where the limit was set."""
    since: float
    """When the block was entered."""
    set_at: float
    until: float
    order: int

    @property
    def length(self) -> float:
        """How long the limit was, in virtual seconds."""
        return round(self.until - self.set_at, 9)


@dataclass(frozen=True, slots=True)
class CancelCalled:
    """The learner's code called `cancel()` of a scope that had not been cancelled before."""

    task: int
    line: int | None
    at: float
    order: int


@dataclass(frozen=True, slots=True)
class Unshared:
    """A lock or the like that no other task can have had in hand: it came to its end while the only one
    that had ever wanted it still ran."""

    task: int
    kind: Literal["lock", "semaphore", "limiter"]
    line: int | None
    """Where it was wanted first."""


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


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a task stood (or its worker thread, if `thread` is not 0) from `order` on, when nothing could
    run."""

    task: int
    thread: int
    line: int | None
    callers: tuple[int | None, ...]
    """The lines that wait for this one, the outermost first."""
    what: Awaited
    values: tuple[Value, ...]
    """The local names of the learner's innermost frame."""
    order: int


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What a service holds."""

    number: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class StreamState:
    """How a memory object stream was left, as the sandbox tells of it."""

    items: int
    senders: int
    receivers: int


@dataclass(frozen=True, slots=True)
class Woke:
    """`by` did something that let `task` go on."""

    task: int
    by: int
    at: float
    order: int


@dataclass(slots=True)
class Picture:
    """How things stood at each step of a run, told only where the judge asks for it."""

    stood: list[Stood] = field(default_factory=list)
    primitives: list[tuple[int, tuple[Primitive, ...]]] = field(default_factory=list)
    """All that was held or waited for, from each of these places in the order of the run on."""
    services: list[tuple[int, tuple[ServiceState, ...]]] = field(default_factory=list)
    wakes: list[Woke] = field(default_factory=list)
    left: list[tuple[int, tuple[int, int]]] = field(default_factory=list)
    """At which place which task (or 0) and thread ended."""
    looks: list[int] = field(default_factory=list)
    """The places at which nothing could run: what was told before such a look became so together."""


@dataclass(slots=True)
class Watched:
    """What the sandbox tells only where the judge asks for it, for people to look at."""

    waits: list[Waited] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)
    swallowed: list[Swallowed] = field(default_factory=list)
    passed_by: list[PassedBy] = field(default_factory=list)
    threads: dict[int, Thread] = field(default_factory=dict)
    ended: dict[tuple[int, int], float] = field(default_factory=dict)
    """When tasks and threads ended, by task (or 0) and thread."""
    endings: dict[int, TaskEnding] = field(default_factory=dict)
    """How tasks ended, as far as that is known."""
    timeouts: list[TimedOut] = field(default_factory=list)
    cancels: list[CancelCalled] = field(default_factory=list)
    unshared: list[Unshared] = field(default_factory=list)
    picture: Picture | None = None
    """What is known of each step, if the run was pictured."""


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
class Happening:
    """Something that the world lets happen: to a call, or in its own time."""

    kind: Literal["reply", "deadline", "begin", "cancel"]
    at: int
    """When it happens, in nanoseconds of virtual time; of what may still happen, when it is due."""
    calls: tuple[int, ...] = ()
    """The calls that are replied to: one, unless several are due at the same instant and nothing is
    hurried."""
    order: int = 0
    """Its place among all that happened in the run."""
    of: int = 1
    """How many things could have happened in its place, itself among them."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The judge stopped the run where it was, for somebody to look at."""

    waits: tuple[Wait, ...]
    enabled: tuple[Happening, ...]
    """What may happen next: first what happens if nothing is hurried."""


Limit: TypeAlias = Literal[
    "killed",  # processor seconds of a process, which is killed for them
    "silent",  # real or processor seconds without a word
    "time",  # real seconds of a run
    "time in all",  # real seconds of all runs of a submission
    "steps",
    "calls",  # under way at a time
    "events",
    "printed",
    "told",  # in bytes of the judge's memory
    "told in all",  # by all runs of a submission
]
"""What there was too much of."""


@dataclass(frozen=True, slots=True)
class Overran:
    """It met a limit."""

    limit: Limit
    line: int | None = None
    """Where the loop begins that most likely never ended, if it was a limit of real time."""
    at: float = 0.0
    """When, in virtual seconds; of a run that was `silent`, when the event loop was left for good."""

    @property
    def costly(self) -> bool:
        """Whether it was a limit of real time, or one of all runs of a submission."""
        return self.limit in ("killed", "silent", "time", "time in all", "told in all")

    @property
    def endless(self) -> bool:
        """Whether it was the limit of steps."""
        return self.limit == "steps"


@dataclass(frozen=True, slots=True)
class Died:
    """Its process ended before the function did; if it is not known how, nothing was run at all."""

    signal: int | None = None
    """The number of the signal that ended it, if one did."""
    code: int | None = None
    """The code with which it ended itself, if it did."""


@dataclass(frozen=True, slots=True)
class Misbehaved:
    """It sent what no run of the kit sends."""

    how: Literal["message", "method", "value"]
    """Whether it was the message itself, a call of what is no method of a service, or a value that is not
    plain."""
    detail: str
    """What was wrong with it, for somebody who looks into that; or the name of the method."""


Ending: TypeAlias = (
    ActEnding | Spun | Deadlocked | Livelocked | Paused | Overran | Died | Misbehaved
)
"""How a run ended. The first ones a sandbox tells, the others only the judge knows."""


@dataclass(slots=True)
class ActRecord:
    """One call of the learner's code, as the judge saw it."""

    function: str
    """The name of the function or the method that was called."""
    arguments: tuple[Any, ...] = field(compare=False)
    """As the judge has them: services as themselves."""
    started: float | None = None
    """When, in virtual seconds since the run began; None if it never began."""
    ended: float | None = None
    """When, in virtual seconds; None while it is under way, and for good if the run ended first."""
    ending: ActEnding | None = None
    cancelled_at: float | None = None
    """When the judge cancelled it from outside, in virtual seconds, if it did."""
    cancelled_order: int | None = None
    """The place of that among all that happened in the run."""
    object: int | None = None
    """The number of the object whose method it was; None for a function."""


@dataclass(slots=True)
class Trace:
    """One run, from beginning to end."""

    backend: str
    """`asyncio` or `trio`."""
    services: Sequence[Service] = field(default=(), repr=False, compare=False)
    """All that the submission could call, by number."""
    happened: list[Happening] = field(default_factory=list)
    """What the world let happen, chosen or not, in its order."""
    task_steps: int | None = None
    """How many steps the tasks took, if the run was to count them."""
    steps_by: list[tuple[int, float]] = field(default_factory=list)
    """How many they had taken by the end of an instant, in virtual seconds, for each in which they took any."""
    cancelled_at: float | None = None
    """When the judge first cancelled something from outside, in virtual seconds, if it did."""
    cancelled_order: int = 0
    ending: Ending = field(default_factory=lambda: Died())
    elapsed: float = 0.0
    """How long it took, in virtual seconds."""
    acts: list[ActRecord] = field(default_factory=list)
    """What was called of the submission; one act, in most runs."""
    calls: list[Call] = field(default_factory=list)
    """Every call of a service, in the order of arrival."""
    tasks: dict[int, Task] = field(default_factory=dict)
    """The tasks that it started, by number."""
    blocked: list[Blocked] = field(default_factory=list)
    """Stretches in which the event loop's own thread waited and no task could run."""
    prints: list[Printed] = field(default_factory=list)
    """What it printed, in order."""
    warnings: list[Warned] = field(default_factory=list)
    """Python's warnings of coroutines that were never awaited."""
    watched: Watched = field(default_factory=Watched)
    streams: dict[int, StreamState] = field(default_factory=dict)
    """How the streams were left that the judge had handed in, by number."""
    tasks_left: tuple[Wait, ...] = ()
    """Tasks that still ran when the function ended."""
    threads_left: tuple[Wait, ...] = ()
    """Worker threads that still ran when the function ended."""
    together: tuple[frozenset[int], ...] = ()
    """If a check failed because some calls kept others waiting that should have overlapped with them: the
    numbers of all these calls, in sets of those that may take turns."""
    late: int = 0
    """If a check failed because a call came too late: its number."""
    about: int = 0
    """If what a check says is about one call: its number."""

    @property
    def steps(self) -> int:
        """How many things happened."""
        return len(self.happened)

    def act_by_task(self) -> dict[int, ActRecord]:
        """The acts that began, by the number of the task that carries each of them out. Empty where it is not
        known which task is whose."""
        if len(self.acts) == 1:
            return {1: self.acts[0]}
        begun = [act for act in self.acts if act.started is not None]
        begun.sort(key=lambda act: act.started or 0.0)
        # The checker's own task starts a task for each act as it begins.
        roots = [task for task in self.tasks.values() if task.parent == 1 and task.line is None]
        if [(task.name, task.started) for task in roots] != [
            (a.function, a.started) for a in begun
        ]:
            return {}
        return {task.number: act for task, act in zip(roots, begun, strict=True)}


def most_in_flight(calls: Iterable[Call]) -> int:
    """How many of `calls` were under way at the same time, at the most. A call that ends at the instant at
    which another one starts is not under way at the same time; one that never ended counts until the
    end of the run."""
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
