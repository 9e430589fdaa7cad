"""One run of a submission, as it is shown to people: lanes, a story, prints.

A recording holds no judgement of its own and nothing but plain data: the judge makes it from what
was seen, and `checker/feedback` draws it. All times are virtual seconds since the run began.
"""

from typing import Literal, TypeAlias

import msgspec

__all__ = [
    "Lane",
    "Mark",
    "Moment",
    "Place",
    "Playback",
    "Primitive",
    "Print",
    "Recording",
    "Sentence",
    "Served",
    "ServiceState",
    "Shown",
    "Span",
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
    playback: Playback | None = None
    """None unless the run was pictured."""


class Shown(msgspec.Struct, frozen=True):
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
