"""One run of a submission, as it is shown to people: lanes, a story, prints.

A recording holds no judgement of its own and nothing but plain data: the judge makes it from what
was seen, and `checker/feedback` draws it. All times are virtual seconds since the run began.
"""

from typing import Literal, TypeAlias

import msgspec

__all__ = ["Lane", "Mark", "Played", "Print", "Recording", "Sentence", "Shown", "Span"]

SpanKind: TypeAlias = Literal["call", "wait", "sleep", "blocked"]
"""A call of a service; a wait for a lock, a permit, an item, a task, ...; a sleep; a stretch in
which the event loop's own thread was held and no task could run."""

Outcome: TypeAlias = Literal["done", "failed", "cancelled", "unfinished"]

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

    kind: Literal["task", "thread"]
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


class Played(msgspec.Struct, frozen=True):
    """What the starter of an exercise did when it was played for its card."""

    backend: str
    answer: str
    """The key of the answer that came true."""
    recording: Recording
