"""Every message that passes between the judge and a run.

One run is one conversation over a private stream socket. The sandbox speaks whenever its event
loop has nothing left to do: it sends what happened since it last spoke (`Called`, `Printed`, ...)
and then either says that it is `Idle` and until when, or how the run ended. The judge answers
each `Idle` with exactly one `Resume` (or with `Explain`, if nothing can ever happen again).

The judge trusts nothing: unless a message decodes into one of the types below, within the limits
below, the run is over. Nothing here can carry code.

All instants are whole nanoseconds of virtual time since the run began.
"""

from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

from checker_sandbox.wire.limits import MAX_NAMES, MAX_PRIMITIVES
from checker_sandbox.wire.reasons import Reason
from checker_sandbox.wire.texts import Name, Shown, Words

END_OF_TIME: Final = 1 << 62
"""The last instant a deadline may name (146 years)."""

Line: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] | None
"""A line of the learner's file, counted from 1."""

Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
"""What is counted in a run: calls, tasks, threads, services."""

Digest: TypeAlias = Annotated[bytes, msgspec.Meta(max_length=16)]
"""All that a program remembers at one moment, boiled down to a few bytes."""

Instant: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=END_OF_TIME)]
"""Nanoseconds of virtual time since the run began."""


class _Message(msgspec.Struct, frozen=True, array_like=True, tag=True, forbid_unknown_fields=True):
    pass


# --- what the judge tells the sandbox -----------------------------------------------------------


class MethodSpec(msgspec.Struct, frozen=True, array_like=True):
    """A method of a service: what the sandbox must know to make a stub of it."""

    name: str
    blocking: bool


class EndSpec(msgspec.Struct, frozen=True, array_like=True):
    """One end of a memory object stream that the sandbox makes."""

    stream: int
    """The number of the stream: both of its ends have the same."""
    buffer: int | None
    """For how many items it has room; None for any number."""
    sends: bool


class ServiceSpec(msgspec.Struct, frozen=True, array_like=True):
    """A service, as it crosses inside a value: the sandbox makes a stub with these methods."""

    number: int
    name: str
    methods: list[MethodSpec]
    scoped: bool = False
    """Whether a cancel scope is open between its `__aenter__` and its `__aexit__`."""
    end: EndSpec | None = None
    """If it is no service, but the end of a memory object stream."""


class ObjectSpec(msgspec.Struct, frozen=True, array_like=True):
    """An object of the learner's own class: `name(*arguments)`."""

    name: str
    arguments: list[Any]


class ActSpec(msgspec.Struct, frozen=True, array_like=True):
    """One call of the learner's code: `function(*arguments)`, or that method of an object."""

    function: str
    arguments: list[Any]
    object: int | None = None
    """The object's index in `Start.objects`."""


class Strike(msgspec.Struct, frozen=True, array_like=True):
    """A cancellation from outside that comes between two steps of the tasks.

    A task takes a step whenever the event loop resumes it. Steps are counted over all tasks of the
    submission, from 1, the step in which the learner's code first runs. Right before step number
    `step`, the act with the index `act` is cancelled, if it is under way then.
    """

    step: int
    act: int = 0


class Start(_Message, frozen=True):
    """Run the program that was loaded, on this backend: make the objects, in order and inside the
    event loop, and then call what `acts` says, each when the judge wants it to begin."""

    backend: str
    acts: list[ActSpec]
    seed: int
    objects: list[ObjectSpec] = []
    begin: list[int] = msgspec.field(default_factory=lambda: [0])
    """The indices of the acts that begin at once. The others begin when a `Resume` says so."""
    stay: bool = False
    """Whether the process should wait for another `Start` if this run leaves nothing behind."""
    watch: bool = False
    """Whether to tell what every task and thread does, for people to look at."""
    picture: bool = False
    """Whether to tell how things stand, too, whenever nothing can run: what each name stands for, who holds
    what, and who wakes whom. Nothing is told of it unless the run is watched."""
    count: bool = False
    """Whether to tell how many steps the tasks take."""
    apart: bool = False
    """Whether each object, and each act that is none of an object's, gets a fresh import of the program."""
    strike: Strike | None = None

    @property
    def is_one_call(self) -> bool:
        """Whether the run is one call from beginning to end. Its only act then runs in task 1, and
        the last message says how it ended; otherwise task 1 is the checker's own, each act has a
        task and a cancel scope to itself, and `ActEnded` says how each one ended."""
        return len(self.acts) == 1 and self.begin == [0]


class Answered(_Message, frozen=True):
    """The reply to a call."""

    call: int
    value: Any


class Failed(_Message, frozen=True):
    """A call that failed; `kind` names a built-in exception."""

    call: int
    kind: str
    message: str


class Resume(_Message, frozen=True):
    """It is now `now`, and this is what arrived. The acts whose indices are in `begin` begin; those
    in `cancel` are cancelled from outside. `timers` asks for the last timer, `memory` for what the
    program remembers when it can run no more. If a timer is due now, it goes off after `lag` rounds of the
    event loop, which has dealt with some of what arrived by then."""

    now: int
    replies: list[Answered | Failed]
    begin: list[int] = []
    cancel: list[int] = []
    timers: bool = False
    memory: bool = False
    lag: int = 0


class Explain(_Message, frozen=True):
    """Say where every task waits, and end: nothing will ever happen again."""


ToSandbox: TypeAlias = Start | Resume | Explain


# --- what the sandbox tells the judge -----------------------------------------------------------


class TaskStarted(_Message, frozen=True):
    task: Number
    name: Name
    parent: Number | None
    line: Line
    """The learner's line that started it."""


class Called(_Message, frozen=True):
    """A method of a service was called by `task`, from `thread` (0 is the event loop's)."""

    call: Number
    service: Number
    method: Name
    arguments: list[Any]
    keywords: dict[str, Any]
    task: Number
    thread: Number
    line: Line


class CallCancelled(_Message, frozen=True):
    """The task that waited for this call was cancelled, and waits no more."""

    call: Number


class Printed(_Message, frozen=True):
    text: str


class LoopBlocked(_Message, frozen=True):
    """The event loop's own thread now waits for `what`, so that no task can run."""

    what: "Awaited"
    line: Line
    task: Number


class LoopFreed(_Message, frozen=True):
    pass


class Warned(_Message, frozen=True):
    """Python warned about the submission, for example of a coroutine that was never awaited."""

    text: Words
    line: Line


class ThreadStarted(_Message, frozen=True):
    """A worker thread was started by `task`, or for it."""

    thread: Number
    name: Name
    task: Number


class Waiting(_Message, frozen=True):
    """From now on a task waits for something; or a worker thread, if `thread` is not 0. Told only where
    the judge watches, as are the next."""

    task: Number
    thread: Number
    line: Line
    what: "Awaited"


class Ended(_Message, frozen=True):
    """A task has come to its end; or a worker thread, if `thread` is not 0."""

    task: Number
    thread: Number
    how: Literal["", "returned", "raised", "cancelled"] = ""
    """How the learner's code in the task ended, if there was any."""
    kind: Words = ""
    """The class of the error that it raised."""
    line: Line = None
    """Where that, or the cancellation, first appeared in the learner's code."""


class TimedOut(_Message, frozen=True):
    """A time limit of the learner's own was up before its block was left."""

    task: Number
    line: Line
    """Where the limit was set."""
    since: Instant
    """When the block was entered."""
    set_at: Instant
    """When the limit was set: before that, in one line with it, or later."""
    until: Instant
    """When the limit was up."""


class CancelCalled(_Message, frozen=True):
    """The learner's code called `cancel()`, for the first time for this scope."""

    task: Number
    line: Line


class Unshared(_Message, frozen=True):
    """A lock or the like came to its end, while the only task that had ever wanted it still ran."""

    task: Number
    kind: Literal["lock", "semaphore", "limiter"]
    line: Line
    """Where it was wanted first."""


class Struck(_Message, frozen=True):
    """An exception first appeared in the learner's code: a cancellation, if it has no `kind`."""

    task: Number
    line: Line
    kind: Words
    message: Words


class Swallowed(_Message, frozen=True):
    """An `except` took a cancellation, and the task went on."""

    task: Number
    line: Line


class PassedBy(_Message, frozen=True):
    """A cancellation passed an `except` that takes asyncio.CancelledError, and is none."""

    task: Number
    line: Line


class Value(msgspec.Struct, frozen=True, array_like=True):
    """A name, and what it stands for."""

    name: Name
    text: Shown


class Stands(_Message, frozen=True):
    """Where a task stands now, or a worker thread, if `thread` is not 0; told when that has changed.
    Only told where the judge wants a picture of the run, as are the next two."""

    task: Number
    thread: Number
    line: Line
    callers: Annotated[tuple[Line, ...], msgspec.Meta(max_length=MAX_NAMES)]
    """The learner's lines that wait for this one, the outermost first."""
    what: "Awaited"
    values: Annotated[tuple[Value, ...], msgspec.Meta(max_length=MAX_NAMES)]
    """The local names of the learner's innermost frame."""


class Primitive(msgspec.Struct, frozen=True, array_like=True):
    """A lock or the like that somebody holds or waits for, or in which something lies."""

    kind: Literal["lock", "semaphore", "limiter", "condition", "event", "stream"]
    name: Name
    """How the learner's code reaches it: `locks[1]`; empty if nobody knows."""
    count: Number = 0
    """The permits left of a semaphore, the tokens taken of a limiter, the items in a stream; 1 for an
    event that is set."""
    total: float = 0.0
    """The tokens of a limiter, or for how many items a stream has room."""
    holders: tuple[Number, ...] = ()
    """The tasks that hold it."""
    waiting: tuple[Number, ...] = ()
    """The tasks that wait for it, or for an item of a stream."""
    senders: tuple[Number, ...] = ()
    """The tasks that wait for room in a stream."""


class Primitives(_Message, frozen=True):
    """All that is held or waited for now, told when it has changed."""

    primitives: Annotated[tuple[Primitive, ...], msgspec.Meta(max_length=MAX_PRIMITIVES)]


class Woken(_Message, frozen=True):
    """A task that waited can go on, because of what another one did."""

    task: Number
    by: Number


class ErrorTree(msgspec.Struct, frozen=True, array_like=True):
    """An exception; for an exception group, with those inside it."""

    kind: Words
    """The name of its class."""
    message: Words
    """What `str` makes of it."""
    line: Line
    """The deepest line of the learner's file in its traceback."""
    children: list["ErrorTree"] = []
    """The exceptions in it, if it is a group."""
    call: Number = 0
    """The number of the failed call that raised this very exception object: not a copy of it, nor one
    that was raised from it. 0 if no call did."""
    asyncio: Name = ""
    """What of asyncio the learner's line used in which it was raised, if it did: `gather`, `Lock`."""
    instead_of: Number = 0
    """The number of the failed call whose error was being handled, or cleaned up after, as this one was
    raised: Python's `__cause__`, or else its `__context__`. 0 if there was none."""


class Returned(_Message, frozen=True):
    """It returned. Where a run is several acts, all of them have ended, each in its own way."""

    value: Any


class Raised(_Message, frozen=True):
    """It raised. Where a run is several acts, making one of the objects did."""

    error: ErrorTree


class Stopped(_Message, frozen=True):
    """The judge cancelled it, and it let itself be cancelled."""


class NotRunnable(_Message, frozen=True):
    """There was nothing to run, or it returned what cannot cross."""

    reason: Reason
    line: Line


class Spun(_Message, frozen=True):
    """The event loop went round and round, and time never passed."""

    waits: tuple["Wait", ...]


ActEnding: TypeAlias = Returned | Raised | Stopped | NotRunnable
"""How one call of the learner's code ended."""


class StrikeCame(_Message, frozen=True):
    """The act that `Start.strike` names was cancelled, right before that step."""


class TaskSteps(_Message, frozen=True):
    """So many steps the tasks have taken so far. Told only where they are to be counted."""

    count: Number


class StreamLeft(_Message, frozen=True):
    """How a memory object stream was left that the judge had handed in: told at the end of the run."""

    stream: Number
    items: Number
    senders: Number
    receivers: Number


class ActEnded(_Message, frozen=True):
    """One of several acts came to its end; `act` is its index."""

    act: Number
    ending: ActEnding


Event: TypeAlias = (
    TaskStarted
    | Called
    | CallCancelled
    | Printed
    | LoopBlocked
    | LoopFreed
    | Warned
    | ThreadStarted
    | Waiting
    | Ended
    | TimedOut
    | CancelCalled
    | Unshared
    | Struck
    | Swallowed
    | PassedBy
    | Stands
    | Primitives
    | Woken
    | ActEnded
    | StreamLeft
    | StrikeCame
    | TaskSteps
)


class Awaited(msgspec.Struct, frozen=True, array_like=True):
    """What somebody waits for."""

    kind: Literal[
        "reply",  # of the service's method `name`
        "sleep",
        "turn",  # nothing: it can run
        "lock",
        "semaphore",  # with `count` permits left
        "limiter",  # `count` of its tokens are taken, of `total`
        "condition",
        "event",
        "future",
        "item",  # from a stream, of which `count` send ends are open
        "room",  # in a stream, of which `count` receive ends are open
        "quiet",  # all other tasks to be blocked
        "result",  # of the task `name`
        "children",  # `count` tasks of its task group
        "worker",  # the worker thread `name`; or, for one that is yet to start, a token of AnyIO's own
        # limiter, which has `total`
        "thread's sleep",
        "thread's lock",
        "thread's end",  # that of the thread `name`
        "event loop",
        "other",  # of the class, or in the function, `name`
    ]
    """What sort of thing it is."""
    name: Name = ""
    """What it is called, where that is known."""
    count: Number = 0
    """How many permits, tokens, open ends or tasks it has, where it has some."""
    total: float = 0.0
    """How many tokens a limiter has in all."""
    holders: tuple[Number, ...] = ()
    """The living tasks that could end the wait, as far as they are known: who holds the lock, who is in
    the task group, who has the other end of the stream, ..."""
    gone: tuple[Number, ...] = ()
    """The tasks that took a permit and have ended with it."""


class Wait(msgspec.Struct, frozen=True, array_like=True):
    """Where one task (or worker thread) is, and what it waits for."""

    who: Words
    """The name of the task or of the thread."""
    task: Number
    """The number of the task, or of the one whose thread it is."""
    line: Line
    """The learner's line at which it waits, if that is known."""
    what: Awaited
    """What it waits for."""
    started_at: Line = None
    """The line of the code that the task runs, if it is the learner's."""
    is_thread: bool = False
    """Whether it is a worker thread."""
    holds_loop: bool = False
    """Whether it waits in the event loop's own thread, so that no task can run."""


class Left(msgspec.Struct, frozen=True, array_like=True):
    """What still ran when the submission returned."""

    tasks: list[Wait] = []
    threads: list[Wait] = []


class Flush(_Message, frozen=True):
    """What happened so far, because there is much of it; expects no answer."""

    events: list[Event]


class Idle(_Message, frozen=True):
    """Nothing can run before `deadline`, unless a reply arrives. `last_timer` is when the last timer
    goes off, if that was asked for and there is one; `memory` is all that the program remembers, boiled
    down to a few bytes, if that was asked for and can be told. One that `asks_for_now` wants no more than the
    replies that are due at this very instant: a task waits until all others are blocked."""

    events: list[Event]
    deadline: Instant | None
    last_timer: Instant | None = None
    memory: Digest | None = None
    asks_for_now: bool = False


class RunEnded(_Message, frozen=True):
    """The run has come to its end: that of its only act, or of them all."""

    events: list[Event]
    ending: ActEnding | Spun
    left: Left = msgspec.field(default_factory=Left)
    stays: bool = False
    """Whether the process waits for another `Start`."""


class Explained(_Message, frozen=True):
    """The answer to `Explain`."""

    events: list[Event]
    waits: tuple[Wait, ...]


class Broken(_Message, frozen=True):
    """The sandbox itself failed: an error of ours, never a mark."""

    events: list[Event]
    traceback: str


FromSandbox: TypeAlias = Flush | Idle | RunEnded | Explained | Broken


def instant(seconds: float) -> int | None:
    """Nanoseconds for `seconds` of virtual time; None for a time that never comes, as any after the
    end of time. What is before the beginning is at the beginning."""
    if not seconds < END_OF_TIME / 1e9:
        return None
    return round(max(seconds, 0.0) * 1e9)
