"""What is known to go wrong in programs, and did in a run: facts, each with what proves it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from checker.judge.trace import Blocked, Call, Deadlocked, Swallowed, Trace, Wait

MAX_CALLS: Final = 1000
"""How many calls are held against each other. No exercise makes as many; a stranger's may."""


@dataclass(frozen=True)
class Circle:
    """Each of these waits for what the next one has; the last one for what the first one has."""

    waits: Sequence[Wait]


@dataclass(frozen=True)
class LeakedPermit:
    """Tasks took permits of a semaphore and ended with them, and another task waits for one."""

    wait: Wait
    ended: float | None
    """When the first of them did, if that is known."""


@dataclass(frozen=True)
class LostUpdate:
    """A task wrote what it had made of a value that another task had replaced since."""

    read: Call
    between: Call
    """The write that is lost."""
    base: Call | None
    """The read on which that one was based, as far as it is known."""
    write: Call


@dataclass(frozen=True)
class HeldLoop:
    """A task waited in the event loop's own thread. Of such stretches this is the longest."""

    blocked: Blocked


@dataclass(frozen=True)
class SwallowedCancellation:
    """An `except` took a cancellation, and the task went on."""

    swallowed: Swallowed


@dataclass(frozen=True)
class LeftBehind:
    """The submission ended, and tasks of it went on."""

    waits: Sequence[Wait]


Cause: TypeAlias = (
    Circle | LeakedPermit | LostUpdate | HeldLoop | SwallowedCancellation | LeftBehind
)


def find_causes(trace: Trace) -> list[Cause]:
    """What went wrong in a run: the likely cause of its failure first."""
    return [
        *_circles(trace),
        *_leaked_permits(trace),
        *_lost_updates(trace),
        *_held_loops(trace),
        *map(SwallowedCancellation, trace.watched.swallowed[:1]),
        *([LeftBehind(trace.tasks_left)] if trace.tasks_left else []),
    ]


def _lost_updates(trace: Trace) -> Iterator[Cause]:
    """What takes nothing and answers something is a read; what takes something and answers nothing,
    a write."""
    done = sorted((c for c in trace.calls if c.done), key=lambda call: call.ended_order or 0)
    del done[MAX_CALLS:]
    reads = [c for c in done if not c.arguments and not c.keywords and c.reply is not None]
    writes = [c for c in done if (c.arguments or c.keywords) and c.reply is None]
    for write in writes:
        mine = [r for r in reads if _same_place(r, write) and r.task == write.task]
        mine = [r for r in mine if _before(r, write)]
        if not mine:
            continue
        read = mine[-1]
        between = [
            w
            for w in writes
            if _same_place(w, write)
            and w.task != write.task
            and _before(read, w)
            and _before(w, write)
        ]
        if between:
            other = between[-1]
            based = [
                r
                for r in reads
                if _same_place(r, other) and r.task == other.task and _before(r, other)
            ]
            yield LostUpdate(read, other, based[-1] if based else None, write)
            return


def _same_place(one: Call, other: Call) -> bool:
    return one.service is other.service


def _before(one: Call, other: Call) -> bool:
    ends = one.ended_order, other.ended_order
    return ends[0] is not None and ends[1] is not None and ends[0] < ends[1]


def _circles(trace: Trace) -> Iterator[Cause]:
    if isinstance(trace.ending, Deadlocked):
        waits = {wait.task: wait for wait in trace.ending.waits if not wait.is_thread}
        if circle := _circle(waits):
            yield Circle(circle)


def _circle(waits: dict[int, Wait]) -> list[Wait]:
    """The first circle among waits, from its lowest task on."""
    seen: set[int] = set()
    for start in sorted(waits):
        path: dict[int, None] = {}
        task: int | None = start
        while task is not None and task not in seen:
            seen.add(task)
            path[task] = None
            task = next((n for n in waits[task].what.holders if n in waits), None)
        if task in path:
            members = [*path]
            members = members[members.index(task) :]
            first = members.index(min(members))
            return [waits[n] for n in members[first:] + members[:first]]
    return []


def _leaked_permits(trace: Trace) -> Iterator[Cause]:
    if isinstance(trace.ending, Deadlocked):
        wait = next((wait for wait in trace.ending.waits if wait.what.gone), None)
        if wait is not None:
            yield LeakedPermit(wait, trace.watched.ended.get((wait.what.gone[0], 0)))


def _held_loops(trace: Trace) -> Iterator[Cause]:
    if trace.blocked:
        yield HeldLoop(max(trace.blocked, key=lambda stretch: stretch.length))
