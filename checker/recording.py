"""One run of a submission, as it is shown to people: lanes, a story, prints.

A recording holds no judgement of its own and nothing but plain data: the judge makes it from what
was seen, and `checker/feedback` draws it. All times are virtual seconds since the run began.
"""

from typing import Literal, TypeAlias

import msgspec

__all__ = [
    "Decided",
    "Ended",
    "Happened",
    "Lane",
    "Mark",
    "Moment",
    "Move",
    "Order",
    "Place",
    "Playback",
    "Played",
    "Position",
    "Primitive",
    "Print",
    "Recording",
    "Sentence",
    "Served",
    "ServiceState",
    "ShownRun",
    "Span",
    "Step",
    "Value",
    "Wake",
]

SpanKind: TypeAlias = Literal["call", "wait", "sleep", "blocked"]
"""A call of a service; a wait for a lock, a permit, an item, a task, ...; a sleep; a stretch in
which the event loop's own thread was held and no task could run."""

Outcome: TypeAlias = Literal["done", "failed", "cancelled", "unfinished"]

LaneKind: TypeAlias = Literal["task", "thread"]

MarkKind: TypeAlias = Literal["cancelled", "error", "swallowed", "stuck"]
"""A cancellation or an error reached the task; it took a cancellation and went on; the run ended
while it waited for what never comes."""


class Span(msgspec.Struct, frozen=True):
    """A stretch of a lane in which it waits for one thing."""

    kind: SpanKind
    what: str
    """In words, for example `read()` or `a Lock, held by task 3 (transfer)`."""
    line: int | None
    """The line of the learner's file, counted from 1."""
    start: float
    end: float
    outcome: Outcome
    labels: tuple[str, ...] = ()
    """What to call it where there is less and less room, for example `write(527) -> None`, `write()`."""


class Mark(msgspec.Struct, frozen=True):
    """Something that happened at one instant."""

    kind: MarkKind
    what: str
    line: int | None
    at: float


class Lane(msgspec.Struct, frozen=True):
    """A task, or a worker thread, from its start to its end."""

    kind: LaneKind
    number: int
    name: str
    parent: int | None
    """The number of the task that started it."""
    started: float
    ended: float
    unfinished: bool
    """Whether it still ran when the run ended."""
    spans: tuple[Span, ...] = ()
    """In the order of their starts. They overlap only where a lane waits in two things at once."""
    marks: tuple[Mark, ...] = ()


class Sentence(msgspec.Struct, frozen=True):
    """One step of the story."""

    at: float
    text: str
    line: int | None
    key: bool = False
    """Whether this is where it went wrong."""


class Print(msgspec.Struct, frozen=True):
    at: float
    text: str


class Happened(msgspec.Struct, frozen=True):
    """What one step of an order was, to one task."""

    task: int
    """The number of the task; 0 if it happened to none that is known, such as the end of a sleep."""
    what: str
    """In few words, for example `read() -> 0`."""
    line: int | None
    brief: str
    """In fewer, for example `read()`."""


class Step(msgspec.Struct, frozen=True):
    """One thing that the world let happen."""

    at: float
    happened: tuple[Happened, ...]
    """One, unless the replies to several calls came at the same instant."""
    is_choice: bool
    """Whether something else could have happened in its place."""


class Order(msgspec.Struct, frozen=True):
    """All that the world let happen in a run, from the first step to the last."""

    tasks: tuple[tuple[int, str], ...]
    """The number and the name of each task to which something happened."""
    steps: tuple[Step, ...]


class Decided(msgspec.Struct, frozen=True):
    """What decided a run that failed, as far as was found out by running others. Steps are counted
    from 1."""

    fails: Order
    """The run that failed, or the same with its replies one at a time."""
    continuations: int
    """How many random continuations were tried from the end of `step`; 0 if there was nothing left to
    choose."""
    others: int
    """How many other runs were tried in all."""
    open_until: int | None
    """Up to this step it can still end well, since some run did; 0 is the beginning. None if no run was
    found that did."""
    step: int | None
    """From the end of this step on, none of so many continuations ended well; usually it is the one after
    `open_until`. None if none did from the very beginning."""
    indifferent: tuple[int, ...]
    """The steps at which something else could have happened, and whatever does, if nothing else is
    chosen otherwise, it fails."""
    passes: Order | None
    """The nearest order found that passes."""
    changes: int
    """In how many choices it differs."""
    difference: int | None
    """The first step at which it does."""


class Value(msgspec.Struct, frozen=True):
    """A name, and what it stands for as a short text."""

    name: str
    text: str


class Place(msgspec.Struct, frozen=True):
    """Where a lane stands at one moment."""

    kind: LaneKind
    number: int
    line: int | None
    callers: tuple[int, ...]
    """The lines of the learner's file that wait for this one, the outermost first."""
    waits: str
    """What it does there, in words: `waits for the reply to read()`."""
    values: tuple[Value, ...]
    """The local names there."""


class Primitive(msgspec.Struct, frozen=True):
    """A lock or the like that somebody holds or waits for, or in which something lies."""

    kind: str
    """As AnyIO calls it: `Lock`."""
    name: str
    """How the learner's code reaches it: `locks[1]`; maybe empty."""
    facts: str
    """How it stands, in words: `2 of 3 taken`; maybe empty."""
    holders: tuple[int, ...]
    """The numbers of the tasks that hold it."""
    waiting: tuple[int, ...]
    """Those of the tasks that wait for it, or for an item of a stream."""
    senders: tuple[int, ...]
    """Those of the tasks that wait for room in a stream."""


class ServiceState(msgspec.Struct, frozen=True):
    """What a service holds at one moment."""

    name: str
    values: tuple[Value, ...]


class Moment(msgspec.Struct, frozen=True):
    """One step of a run, and how things stand after it."""

    at: float
    text: str
    line: int | None
    key: bool
    """Whether this is where it went wrong."""
    kind: LaneKind
    number: int
    """The lane that takes the step; 0 if none does."""
    places: tuple[Place, ...]
    primitives: tuple[Primitive, ...]
    services: tuple[ServiceState, ...]


class Wake(msgspec.Struct, frozen=True):
    """A task does something that lets another one go on."""

    at: float
    by: int
    task: int
    what: str
    """What the other one waited for: `Event`."""


class Served(msgspec.Struct, frozen=True):
    """A call, as its service saw it."""

    service: str
    what: str
    kind: LaneKind
    number: int
    """The lane that called."""
    start: float
    end: float
    outcome: Outcome


class Playback(msgspec.Struct, frozen=True):
    """What it takes to go through a run step by step."""

    moments: tuple[Moment, ...]
    wakes: tuple[Wake, ...]
    served: tuple[Served, ...]


class Recording(msgspec.Struct, frozen=True):
    """One run on one backend."""

    exercise: str
    """`chapter/name`."""
    title: str
    check: str
    """The title of the check that the run belongs to."""
    backend: str
    token: str
    """What `checker run NAME --replay TOKEN` shows this very run by."""
    passed: bool
    message: str
    """What the check says of the run; empty if it passed."""
    file: str
    source: str
    elapsed: float
    lanes: tuple[Lane, ...]
    """In the order in which they started; the submission's own task is the first."""
    story: tuple[Sentence, ...]
    prints: tuple[Print, ...]
    decided: Decided | None = None
    """What decided that it failed, if that was asked for and there was a choice."""
    playback: Playback | None = None
    """None unless the run was pictured."""


class ShownRun(msgspec.Struct, frozen=True):
    """A check on one backend, with a run of it if there was one."""

    check: str
    """The title of the check."""
    backend: str
    passed: bool
    message: str
    """What the check says; empty if it passed."""
    line: int | None
    """The line of the learner's file that the message is about."""
    recording: Recording | None


class Move(msgspec.Struct, frozen=True):
    """What somebody who plays the network can let happen next."""

    what: str
    line: int | None = None
    """The line of the learner's file that it is about."""
    is_plainest: bool = False
    """Whether it is what happens by itself."""
    more: tuple["Move", ...] = ()
    """If there are several ways to do it, each of them; one of these must be chosen."""


class Ended(msgspec.Struct, frozen=True):
    """How a run ended that somebody has played."""

    broken: bool
    """Whether the check fails."""
    message: str
    """What it says; empty if it passed."""
    recording: Recording
    """The whole run, with what decided it if it broke."""


class Position(msgspec.Struct, frozen=True):
    """Where a run stands that somebody plays."""

    at: float
    story: tuple[Sentence, ...]
    """What happened so far, from the beginning."""
    under_way: tuple[str, ...]
    """What every task waits for, a sentence each."""
    moves: tuple[Move, ...]
    """What can be chosen; nothing if the run is over."""
    taken: int
    """How many of the choices so far are not the plainest."""
    ended: Ended | None = None
    """How it ended, if it did."""


class Played(msgspec.Struct, frozen=True):
    """What the starter of an exercise did when it was played for its card."""

    backend: str
    answer: str
    """The key of the answer that came true."""
    recording: Recording
