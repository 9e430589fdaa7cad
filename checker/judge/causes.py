"""What is known to go wrong in programs, and did in a run: facts, each with what proves it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, TypeAlias

from checker.judge.errors import is_in, is_of_asyncio, leaves
from checker.judge.trace import (
    Blocked,
    Call,
    Deadlocked,
    ErrorTree,
    Livelocked,
    Raised,
    Returned,
    Swallowed,
    Task,
    TaskEnding,
    TimedOut,
    Trace,
    Wait,
)

MAX_CALLS: Final = 1000
"""How many calls are held against each other. No exercise makes as many; a stranger's may."""

MAX_ITEMS: Final = 100
"""How many items of a loop are held against what its tasks called."""

POLLS: Final = 10
"""How often in a row a task sleeps on one line before that is called polling."""


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
    ending: TaskEnding | None
    """And how."""


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
    """Tasks waited in the event loop's own thread, on one line: the one that did so longest in all."""

    stretches: Sequence[Blocked]

    @property
    def length(self) -> float:
        return sum(stretch.length for stretch in self.stretches)


@dataclass(frozen=True)
class SwallowedCancellation:
    """An `except` took a cancellation, and the task went on."""

    swallowed: Swallowed


@dataclass(frozen=True)
class LeftBehind:
    """The submission ended, and tasks of it went on."""

    waits: Sequence[Wait]


@dataclass(frozen=True)
class AsyncioOnTrio:
    """A function or a class of asyncio's was used on trio, which cannot work."""

    error: ErrorTree


@dataclass(frozen=True)
class LateBinding:
    """Each task that one line started used the last of the items that were handed over."""

    tasks: Sequence[Task]
    call: Call
    """What the last of them called."""


@dataclass(frozen=True)
class ReplacedError:
    """A call failed, and another error came out of the submission in place of that one."""

    call: Call
    error: ErrorTree


@dataclass(frozen=True)
class OwnTimeout:
    """A time limit of the learner's own was up, and calls were given up for it, or were under way in a
    thread, which cannot be given up."""

    limit: TimedOut
    """The first one, of its line."""
    dropped: Sequence[Call]
    times: int
    """How often that happened on the line."""


@dataclass(frozen=True)
class CutOff:
    """A call was cancelled at the moment at which the submission returned, by nobody outside."""

    call: Call


@dataclass(frozen=True)
class Polling:
    """A task slept on one line again and again, and called nothing between."""

    task: int
    line: int | None
    times: int
    since: float
    until: float


Cause: TypeAlias = (
    Circle
    | LeakedPermit
    | LostUpdate
    | AsyncioOnTrio
    | HeldLoop
    | SwallowedCancellation
    | LeftBehind
    | LateBinding
    | ReplacedError
    | OwnTimeout
    | CutOff
    | Polling
)


def find_causes(trace: Trace) -> list[Cause]:
    """What went wrong in a run: the likely cause of its failure first."""
    return [
        *_circles(trace),
        *_leaked_permits(trace),
        *_lost_updates(trace),
        *_asyncio_on_trio(trace),
        *_held_loops(trace),
        *map(SwallowedCancellation, trace.watched.swallowed[:1]),
        *([LeftBehind(trace.tasks_left)] if trace.tasks_left else []),
        *_late_bindings(trace),
        *_replaced_errors(trace),
        *_own_timeouts(trace),
        *_cut_off(trace),
        *_polling(trace),
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
            first, watched = wait.what.gone[0], trace.watched
            yield LeakedPermit(wait, watched.ended.get((first, 0)), watched.endings.get(first))


def _held_loops(trace: Trace) -> Iterator[Cause]:
    on_line: dict[tuple[int | None, str], list[Blocked]] = {}
    for stretch in trace.blocked:
        on_line.setdefault((stretch.line, stretch.what.kind), []).append(stretch)
    if on_line:
        yield max(map(HeldLoop, on_line.values()), key=lambda held: held.length)


def _asyncio_on_trio(trace: Trace) -> Iterator[Cause]:
    endings = [trace.ending, *(act.ending for act in trace.acts)]
    for ending in endings if trace.backend == "trio" else ():
        for error in leaves(ending.error) if isinstance(ending, Raised) else ():
            if error.asyncio and is_of_asyncio(error):
                yield AsyncioOnTrio(error)
                return


def _late_bindings(trace: Trace) -> Iterator[Cause]:
    """So many tasks as there are items, and every call that has an item has the last one."""
    if len(trace.acts) != 1 or len(trace.calls) > MAX_CALLS:
        return
    started = sorted(trace.tasks.values(), key=lambda task: (task.line or 0, task.number))
    for __, group in groupby((task for task in started if task.line), lambda task: task.line):
        tasks = list(group)
        if not 2 <= len(tasks) <= MAX_ITEMS:
            continue
        for items in trace.acts[0].arguments:
            if not isinstance(items, list | tuple) or len(items) != len(tasks):
                continue
            used: dict[int, list[Call]] = {task.number: [] for task in tasks}
            for call in trace.calls:
                if call.task in used:
                    used[call.task].append(call)
            last, others = items[-1], items[:-1]
            if (
                last not in others
                and all(any(_has(call, last) for call in calls) for calls in used.values())
                and not any(_has(call, other) for call in trace.calls for other in others)
            ):
                call = next(c for c in used[tasks[-1].number] if _has(c, last))
                yield LateBinding(tasks, call)
                return


def _has(call: Call, item: object) -> bool:
    given: list[Any] = [call.service, *call.arguments, *call.keywords.values()]
    return any(item is one or (type(item) is type(one) and item == one) for one in given)


def _replaced_errors(trace: Trace) -> Iterator[Cause]:
    if len(trace.acts) != 1 or not isinstance(trace.ending, Raised):
        return
    errors = list(leaves(trace.ending.error))
    failed = [call for call in trace.calls if call.outcome == "failed"]
    own = next((error for error in errors if error.line is not None and not error.call), None)
    if failed and own is not None and not any(is_in(call, errors) for call in failed):
        yield ReplacedError(failed[-1], own)


def _own_timeouts(trace: Trace) -> Iterator[Cause]:
    outside = {act.cancelled_at for act in trace.acts} | {trace.cancelled_at}
    first: dict[int | None, tuple[TimedOut, list[Call]]] = {}
    times: dict[int | None, int] = {}
    cancelled: dict[float, list[Call]] = {}
    for call in trace.calls[:MAX_CALLS]:
        if call.outcome == "cancelled" and call.ended is not None:
            cancelled.setdefault(call.ended, []).append(call)
    for limit in trace.watched.timeouts:
        if limit.until in outside:
            continue
        dropped = [
            call
            for call in cancelled.get(limit.until, ())
            if call.started >= limit.since and _is_within(trace, call.task, limit)
        ]
        # A thread cannot be given up: what is under way in one goes on, and what follows does not.
        dropped = dropped or [
            call
            for call in trace.calls[:MAX_CALLS]
            if call.thread
            and limit.since <= call.started < limit.until
            and (call.ended is None or call.ended > limit.until)
            and _is_within(trace, call.task, limit)
        ]
        if dropped:
            first.setdefault(limit.line, (limit, dropped))
            times[limit.line] = times.get(limit.line, 0) + 1
    for line, (limit, dropped) in first.items():
        yield OwnTimeout(limit, dropped, times[line])


def _is_within(trace: Trace, task: int | None, limit: TimedOut) -> bool:
    """Whether a task is in the block of a time limit: the one that entered it, or one that was started
    below that one since."""
    for _ in range(len(trace.tasks) + 1):
        if task is None or task == limit.task:
            break
        known = trace.tasks.get(task)
        task = known.parent if known is not None and known.started >= limit.since else None
    return task == limit.task


def _cut_off(trace: Trace) -> Iterator[Cause]:
    if len(trace.acts) != 1 or not isinstance(trace.ending, Returned):
        return
    if trace.cancelled_at is not None:
        return
    by_limits = {limit.until for limit in trace.watched.timeouts}
    for call in trace.calls:
        if call.outcome == "cancelled" and call.ended == trace.elapsed not in by_limits:
            yield CutOff(call)
            return


def _polling(trace: Trace) -> Iterator[Cause]:
    if isinstance(trace.ending, Livelocked):
        return  # That is what it says itself.
    of_tasks = sorted(
        (w for w in trace.watched.waits if not w.thread), key=lambda w: (w.task, w.order)
    )
    for (task, line, kind), group in groupby(of_tasks, lambda w: (w.task, w.line, w.what.kind)):
        sleeps = list(group)
        since, until = sleeps[0].at, sleeps[-1].at
        if kind != "sleep" or len(sleeps) < POLLS:
            continue
        if not any(call.task == task and since <= call.started <= until for call in trace.calls):
            yield Polling(task, line, len(sleeps), since, until)
            return
