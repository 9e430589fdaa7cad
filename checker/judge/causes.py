"""What is known to go wrong in programs, and did in a run: facts, each with what proves it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, islice, pairwise
from typing import Any, Final, TypeAlias

from checker.judge.errors import is_in, is_of_asyncio, leaves
from checker.judge.trace import (
    ActRecord,
    Blocked,
    Call,
    CancelCalled,
    Deadlocked,
    ErrorTree,
    Livelocked,
    Raised,
    Returned,
    Stopped,
    Swallowed,
    Task,
    TaskEnding,
    TimedOut,
    Trace,
    Unshared,
    Wait,
    Waited,
)

MAX_CALLS: Final = 1000
"""How many calls are held against each other. No exercise makes as many; a stranger's may."""

MAX_ITEMS: Final = 100
"""How many items of a loop are held against what its tasks called."""

MAX_LIMITS: Final = 300
"""How many time limits that ran out are held against what was under way."""

MAX_QUEUED: Final = 300
"""How many waits for locks and the like are looked through for one that kept a call back."""

MAX_PARENTS: Final = 30
"""How far up from a task somebody looks for the one that entered a block."""

MAX_THREADS: Final = 10_000
"""No limiter that is to keep anybody waiting lets in as many threads; a stranger may tell of more, and of
infinity."""

POLLS: Final = 10
"""How often in a row a task sleeps on one line before that is called polling."""


NAPS: Final = 3
"""How often a task has slept on one line that woke up there too late."""


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
    write: Call


@dataclass(frozen=True)
class OneForEach:
    """Several tasks took a lock or the like on one line, each another one, which nobody else ever had:
    they kept nobody out."""

    taken: Sequence[Unshared]
    """One for each task."""


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
    """One line started a task for each of the items that were handed over, and they used later ones: no
    task used an item that is before its own, and there is one that nobody used. Most probably they read the
    variable of a loop when it had gone on; but a program can mix its items up in other ways."""

    tasks: Sequence[Task]
    calls: Sequence[Call]
    """For each of them the call that used an item."""
    used: Sequence[int]
    """The index of that item."""
    unused: int
    """The index of the first item that nobody used."""


@dataclass(frozen=True)
class ReplacedError:
    """A call failed, and another error came out of the submission in place of that one."""

    call: Call
    error: ErrorTree


@dataclass(frozen=True)
class OwnTimeout:
    """A time limit of the learner's own was up, and calls or waits were given up for it, or calls were under
    way in a thread, which cannot be given up."""

    limit: TimedOut
    """The first one, of its line."""
    dropped: Sequence[Call]
    waits: Sequence[Waited]
    """What it gave up, where that was no call."""
    times: int
    """How often that happened on the line."""


@dataclass(frozen=True)
class OwnCancel:
    """The learner's code called `cancel()`, and calls were cancelled at that moment, by nothing else."""

    cancel: CancelCalled
    dropped: Sequence[Call]


@dataclass(frozen=True)
class CutOff:
    """A call was cancelled at the moment at which an act returned that had begun it, by nobody outside."""

    call: Call
    function: str
    """What returned."""


@dataclass(frozen=True)
class Polling:
    """A task slept on one line again and again, and called nothing between, or what came too late."""

    task: int
    line: int | None
    times: int
    since: float
    until: float
    call: Call | None = None
    """What it called too late, at the moment when it woke up for the last time."""


@dataclass(frozen=True)
class NoThreadLeft:
    """Tasks waited for a worker thread, since all that AnyIO starts by itself were at work."""

    line: int | None
    since: float
    until: float | None
    """When the first of them had one; None if it never had."""
    tasks: Sequence[int]
    total: float
    """How many threads there are."""


@dataclass(frozen=True)
class TookTurns:
    """A task waited for a lock or the like that another one held while it had a call under way, and made
    only then a call that should have overlapped with that one."""

    wait: Waited
    until: float
    """When it waited no more."""
    holder: int
    call: Call
    """One that was under way meanwhile."""
    others: int
    """How many more tasks waited so on the same line."""
    is_kept: bool = False
    """Whether whoever held it, and nobody beside, had no call under way any more when it was given away."""


Cause: TypeAlias = (
    Circle
    | LeakedPermit
    | LostUpdate
    | OneForEach
    | AsyncioOnTrio
    | HeldLoop
    | SwallowedCancellation
    | LeftBehind
    | LateBinding
    | ReplacedError
    | OwnTimeout
    | OwnCancel
    | CutOff
    | Polling
    | NoThreadLeft
    | TookTurns
)


GIVEN_UP: Final = (OwnTimeout, OwnCancel, CutOff)
"""Causes of calls that came to no end."""


@dataclass(frozen=True)
class _Branch:
    """One act of a run, with the tasks below its own and what they called."""

    act: ActRecord
    tasks: Sequence[Task]
    calls: Sequence[Call]


def find_causes(trace: Trace) -> list[Cause]:
    """What went wrong in a run: the likely cause of its failure first."""
    branches = _branches(trace)
    about, beside = _about(trace), _beside_the_point(trace, branches)
    found: list[Cause] = [
        *_circles(trace),
        *_leaked_permits(trace),
        *_lost_updates(trace),
        *_one_for_each(trace),
        *_took_turns(trace),
        *_asyncio_on_trio(trace),
        *_held_loops(trace),
        *map(SwallowedCancellation, trace.watched.swallowed[:1]),
        *([LeftBehind(trace.tasks_left)] if trace.tasks_left else []),
        *islice(chain.from_iterable(map(_late_bindings, branches)), 1),
        *islice(chain.from_iterable(map(_replaced_errors, branches)), 1),
        *_own_timeouts(trace, branches, about, beside),
    ]
    # What goes on in the background may end with the function; it is told where nothing else is known.
    ended = chain(
        _own_cancels(trace, about, beside),
        chain.from_iterable(
            _cut_off(trace, each)
            for each in branches
            if beside.isdisjoint(task.number for task in each.tasks)
        ),
    )
    return [
        *(found or islice(ended, 1)),
        *_polling(trace),
        *_no_thread_left(trace),
    ]


def _branches(trace: Trace) -> list[_Branch]:
    """The acts of a run, as far as they began and as it is known which task is whose."""
    if len(trace.acts) == 1:
        return [_Branch(trace.acts[0], [*trace.tasks.values()], trace.calls)]
    acts = trace.act_by_task()
    root_of: dict[int, int] = {}
    tasks: dict[int, list[Task]] = {number: [] for number in acts}
    calls: dict[int, list[Call]] = {number: [] for number in acts}
    for task in trace.tasks.values():  # A task comes after the one that started it.
        root = task.number if task.number in acts else root_of.get(task.parent or 0)
        if root is not None:
            root_of[task.number] = root
            tasks[root].append(task)
    for call in trace.calls:
        if call.task in root_of:
            calls[root_of[call.task]].append(call)
    return [_Branch(act, tasks[number], calls[number]) for number, act in acts.items()]


def _lost_updates(trace: Trace) -> Iterator[Cause]:
    """What takes nothing and answers something is a read; what takes something and answers nothing,
    a write. To enter a block or to leave it is neither."""
    asked = (c for c in trace.calls if c.done and not c.method.startswith("__"))
    done = sorted(asked, key=lambda call: call.ended_order or 0)
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
            yield LostUpdate(read, other, write)
            return


def _one_for_each(trace: Trace) -> Iterator[Cause]:
    on_line: dict[tuple[int | None, str], dict[int, Unshared]] = {}
    for one in trace.watched.unshared:
        on_line.setdefault((one.line, one.kind), {}).setdefault(one.task, one)
    for of_tasks in on_line.values():
        if len(of_tasks) > 1:
            yield OneForEach(tuple(of_tasks.values()))
            return


def _took_turns(trace: Trace) -> Iterator[Cause]:
    group_of = {call: number for number, group in enumerate(trace.together) for call in group}
    calls = [call for call in trace.calls if call.number in group_of][:MAX_CALLS]
    if not calls:
        return
    above = {call.task: _with_parents(trace, call.task) for call in calls}
    queued = _queued(trace)
    found: list[TookTurns] = []
    for wait, until in queued:
        after = {
            group_of[call.number]
            for call in calls
            if call.started >= until and wait.task in above[call.task]
        }
        # Whoever gives it away meanwhile gives it to somebody who waits for it.
        given = min(
            (end for one, end in queued if one.what.kind == wait.what.kind and end > wait.at),
            default=until,
        )
        for call in calls if after else ():
            holder = next((n for n in wait.what.holders if n in above[call.task]), None)
            ended = trace.elapsed if call.ended is None else call.ended
            if (
                holder is not None
                and wait.task not in above[call.task]
                and (call.started <= wait.at < ended or wait.at < call.started < given)
                and after - {group_of[call.number]}
            ):
                found.append(TookTurns(wait, until, holder, call, 0, _kept(trace, wait, given)))
                break
    if found:
        first = min(found, key=lambda turn: turn.wait.order)
        tasks = {turn.wait.task for turn in found if turn.wait.line == first.wait.line}
        yield replace(first, others=len(tasks) - 1)


def _kept(trace: Trace, wait: Waited, given: float) -> bool:
    """Whether the one task that held what was waited for, and those that it had started, had no call under way
    for a while before anything of that kind was given to anybody who waited."""
    is_single = wait.what.kind == "lock" or wait.what.total == 1
    if not is_single or len(wait.what.holders) != 1:
        return False
    (holder,) = wait.what.holders
    of_holder = [call for call in trace.calls if holder in _with_parents(trace, call.task)]
    ends = [
        trace.elapsed if call.ended is None else call.ended
        for call in of_holder
        if call.started < given
    ]
    return bool(ends) and given > max(ends)


def _queued(trace: Trace) -> list[tuple[Waited, float]]:
    """The waits for a lock or the like that came to an end after a time, and when."""
    queued = []
    for task, waits in _waits_by_task(trace).items():
        for wait, then in pairwise([*waits, None]):
            assert wait is not None
            until = then.at if then is not None else trace.watched.ended.get((task, 0))
            if wait.what.kind in _TURNS and until is not None and until > wait.at:
                queued.append((wait, until))
    return queued[:MAX_QUEUED]


def _with_parents(trace: Trace, task: int) -> list[int]:
    """A task, and those that it was started below."""
    above = [task]
    while len(above) < MAX_PARENTS and (known := trace.tasks.get(above[-1])) is not None:
        if known.parent is None:
            break
        above.append(known.parent)
    return above


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
            ended, ending = watched.ended.get((first, 0)), watched.endings.get(first)
            if ending is not None and _was_stopped(trace, first, ended):
                ending = replace(ending, how="cancelled")
            yield LeakedPermit(wait, ended, ending)


def _was_stopped(trace: Trace, task: int, ended: float | None) -> bool:
    """Whether a task ended as an act did that was cancelled from outside: the task itself returns then."""
    name = trace.tasks[task].name if task in trace.tasks else None
    return any(
        isinstance(act.ending, Stopped) and (act.function, act.ended) == (name, ended)
        for act in trace.acts
    )


def _held_loops(trace: Trace) -> Iterator[Cause]:
    on_line: dict[tuple[int | None, str], list[Blocked]] = {}
    for stretch in trace.blocked:
        on_line.setdefault((stretch.line, stretch.what.kind), []).append(stretch)
    if on_line and not _slept_on_time(trace):
        yield max(map(HeldLoop, on_line.values()), key=lambda held: held.length)


def _slept_on_time(trace: Trace) -> bool:
    """Whether what came too late, as a check says, came after a sleep that nobody who held the loop made longer,
    and made begin no later: not since that task had called something else, anyway."""
    if (slept := _last_sleep(trace)) is None:
        return False
    call, sleeps = slept
    earlier = [other for other in trace.calls if other.task == call.task]
    since = max(
        (other.started for other in earlier if other.order < call.order), default=float("-inf")
    )
    return not any(
        stretch.ended == call.started
        or (stretch.task != call.task and since < stretch.ended <= sleeps[-1].at)
        for stretch in trace.blocked
    )


def _asyncio_on_trio(trace: Trace) -> Iterator[Cause]:
    endings = [trace.ending, *(act.ending for act in trace.acts)]
    for ending in endings if trace.backend == "trio" else ():
        for error in leaves(ending.error) if isinstance(ending, Raised) else ():
            if error.asyncio and is_of_asyncio(error):
                yield AsyncioOnTrio(error)
                return


def _late_bindings(branch: _Branch) -> Iterator[Cause]:
    if len(branch.calls) > MAX_CALLS:
        return
    # The variable of a loop is one task's, so the tasks that read it were all started by that one.
    started: dict[tuple[int, int | None], list[Task]] = {}
    for task in branch.tasks:
        if task.line:
            started.setdefault((task.line, task.parent), []).append(task)
    for tasks in started.values():
        if not 2 <= len(tasks) <= MAX_ITEMS:
            continue
        for items in branch.act.arguments:
            if isinstance(items, list | tuple) and len(items) == len(tasks):
                for values in _ways_to_tell(items):
                    if (late := _late_binding(branch, tasks, values)) is not None:
                        yield late
                        return


def _ways_to_tell(items: Sequence[Any]) -> Iterator[list[Any]]:
    """By what the items of a list may be known: as they are, or by one of their parts."""
    yield list(items)
    if all(isinstance(item, list | tuple) for item in items):
        for parts in zip(*items, strict=False):
            yield list(parts)


def _late_binding(branch: _Branch, tasks: list[Task], values: list[Any]) -> LateBinding | None:
    """So many tasks as there are items, of which none uses one that is before its own, and one is used by
    nobody."""
    calls: list[Call] = []
    used: list[int] = []
    for own, task in enumerate(tasks):
        of_task = [call for call in branch.calls if call.task == task.number]
        found = [
            (call, place)
            for call in of_task
            for place in range(len(values) - 1, -1, -1)
            if _has(call, values[place])
        ]
        if not found or any(not _alike(values[place], values[found[0][1]]) for _, place in found):
            return None  # It uses none, or several.
        call, place = found[0]
        if place < own:
            return None
        calls.append(call)
        used.append(own if _alike(values[own], values[place]) else place)
    methods = {call.method for call in calls}
    rest = [call for call in branch.calls if call.method in methods]
    unused = [
        place
        for place, value in enumerate(values)
        if used[place] != place and not any(_has(call, value) for call in rest)
    ]
    return LateBinding(tasks, calls, used, unused[0]) if unused else None


def _has(call: Call, item: object) -> bool:
    given: list[Any] = [call.service, *call.arguments, *call.keywords.values()]
    return any(_alike(item, one) for one in given)


def _alike(item: object, one: object) -> bool:
    return item is one or (type(item) is type(one) and item == one)


def _replaced_errors(branch: _Branch) -> Iterator[Cause]:
    """What was raised while the error of a call was on its way, or was handled, so that this one is lost."""
    if not isinstance(branch.act.ending, Raised):
        return
    errors = list(leaves(branch.act.ending.error))
    cancelled = branch.act.cancelled_order
    for call in branch.calls:
        if call.outcome != "failed" or is_in(call, errors):
            continue
        if cancelled is not None and (call.ended_order or 0) > cancelled:
            continue  # It was to end by then, whatever came out.
        for error in errors:
            if error.instead_of == call.number and error.line is not None and not error.call:
                yield ReplacedError(call, error)


def _went_on(branch: _Branch, after: Call) -> bool:
    """Whether a call was made after this one had ended."""
    return any((after.ended_order or 0) < call.order for call in branch.calls)


def _own_timeouts(
    trace: Trace, branches: Sequence[_Branch], about: Call | None, beside: frozenset[int]
) -> Iterator[Cause]:
    outside = {act.cancelled_at for act in trace.acts}
    cancelled_at = {task.number: each.act.cancelled_at for each in branches for task in each.tasks}
    found: dict[int | None, list[OwnTimeout]] = {}
    cancelled: dict[float, list[Call]] = {}
    for call in trace.calls[:MAX_CALLS]:
        if call.outcome == "cancelled" and call.ended is not None:
            cancelled.setdefault(call.ended, []).append(call)
    waits_of = _waits_by_task(trace)
    branch_of = {task.number: number for number, each in enumerate(branches) for task in each.tasks}
    for limit in trace.watched.timeouts[:MAX_LIMITS]:
        if limit.until in ({cancelled_at[limit.task]} if limit.task in cancelled_at else outside):
            continue
        if limit.task in beside or not _may_explain(trace, about, limit.until):
            continue
        if any(
            cancel.at == limit.until
            and cancel.order < limit.order
            and branch_of.get(cancel.task) == branch_of.get(limit.task)
            for cancel in trace.watched.cancels[:MAX_LIMITS]
        ):
            continue  # That may have cancelled it, before the limit could.
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
        # A livelock says itself what is given up again and again.
        is_told = dropped or isinstance(trace.ending, Livelocked)
        waits = [] if is_told else _given_up(trace, waits_of, limit)
        if dropped or waits:
            found.setdefault(limit.line, []).append(OwnTimeout(limit, dropped, waits, 1))
    for alike in found.values():
        yield replace(alike[0], times=len(alike))


def _about(trace: Trace) -> Call | None:
    """The call that a check speaks of, if it speaks of one."""
    return next((call for call in trace.calls if call.number == trace.about), None)


def _beside_the_point(trace: Trace, branches: Sequence[_Branch]) -> frozenset[int]:
    """The tasks of the acts that a check does not speak of, if it speaks of a call of another one."""
    if not any(call.number == trace.about for each in branches for call in each.calls):
        return frozenset()
    return frozenset(
        task.number
        for each in branches
        if all(call.number != trace.about for call in each.calls)
        for task in each.tasks
    )


def _may_explain(trace: Trace, about: Call | None, instant: float) -> bool:
    """Whether what gave something up at an instant may be why a check fails that is `about` a call: not if the
    call had begun, and came too late; and if it was given up, it was so then."""
    if about is None:
        return True
    if about.number == trace.late and instant > about.started:
        return False
    return about.outcome != "cancelled" or about.ended == instant


def _waits_by_task(trace: Trace) -> dict[int, list[Waited]]:
    """What each task waited for, one after the other."""
    waits_of: dict[int, list[Waited]] = {}
    for wait in trace.watched.waits:
        if not wait.thread:
            waits_of.setdefault(wait.task, []).append(wait)
    return waits_of


def _given_up(trace: Trace, waits_of: dict[int, list[Waited]], limit: TimedOut) -> Sequence[Waited]:
    """The waits that a time limit ended, but for those of a task group's block, unless there are no others;
    and not what is meant to run out, as in a loop that waits for half a second each time."""
    given_up = []
    for task, waits in waits_of.items():
        if not _is_within(trace, task, limit):
            continue
        after = bisect_left(waits, limit.order, key=lambda wait: wait.order)
        wait = waits[after - 1] if after else None
        if wait is None or not limit.since <= wait.at < limit.until:
            continue
        then = waits[after].at if after < len(waits) else trace.watched.ended.get((task, 0))
        if then not in (None, limit.until):
            continue  # It was shielded.
        if wait.what.kind in _TURNS or (wait.what.kind in _WAITS and not _is_loop(waits, after)):
            given_up.append(wait)
    given_up.sort(key=lambda wait: wait.order)
    return [wait for wait in given_up if wait.what.kind != "children"] or given_up


_TURNS: Final = frozenset({"lock", "semaphore", "limiter"})
"""For what nobody stands in line who does not need it."""

_WAITS: Final = frozenset(
    {"sleep", "event", "condition", "future", "item", "room", "result", "children"}
)


def _is_loop(waits: Sequence[Waited], after: int) -> bool:
    """Whether a task came back, with the wait that has this place, to a line that it had been on before."""
    lines = [wait.line for wait in waits]
    return lines[after - 1] in lines[: after - 1] or not set(lines[:after]).isdisjoint(
        lines[after:]
    )


def _is_within(trace: Trace, task: int | None, limit: TimedOut) -> bool:
    """Whether a task is in the block of a time limit: the one that entered it, or one that was started
    below that one since."""
    for _ in range(MAX_PARENTS):
        if task is None or task == limit.task:
            break
        known = trace.tasks.get(task)
        task = known.parent if known is not None and known.started >= limit.since else None
    return task == limit.task


def _own_cancels(trace: Trace, about: Call | None, beside: frozenset[int]) -> Iterator[Cause]:
    cancels = trace.watched.cancels[:MAX_LIMITS]
    lines_at: dict[float, set[int | None]] = {}
    for cancel in cancels:
        lines_at.setdefault(cancel.at, set()).add(cancel.line)
    # What else may have cancelled something at the same moment. An error may, and not a later one.
    others = {limit.until for limit in trace.watched.timeouts}
    others |= {act.cancelled_at for act in trace.acts if act.cancelled_at is not None}
    errors = [struck for struck in trace.watched.struck if struck.kind]
    for cancel in cancels:
        if not _may_explain(trace, about, cancel.at):
            continue
        dropped = [
            call
            for call in trace.calls[:MAX_CALLS]
            if call.outcome == "cancelled"
            and call.ended == cancel.at
            and (call.ended_order or 0) > cancel.order
            and call.task not in beside
        ]
        if not dropped or cancel.at in others or len(lines_at[cancel.at]) > 1:
            continue
        last = dropped[-1].ended_order or 0
        if not any(error.at == cancel.at and error.order < last for error in errors):
            yield OwnCancel(cancel, dropped)


def _cut_off(trace: Trace, branch: _Branch) -> Iterator[Cause]:
    act = branch.act
    if not isinstance(act.ending, Returned) or act.cancelled_at is not None:
        return
    by_limits = {limit.until for limit in trace.watched.timeouts}
    for call in branch.calls:
        if call.number == trace.late:
            continue  # What ended it came after what a check complains of.
        if _went_on(branch, call):
            continue  # It was given up earlier, however little time has passed since.
        if call.outcome == "cancelled" and call.ended == act.ended not in by_limits:
            yield CutOff(call, act.function)
            return


def _polling(trace: Trace) -> Iterator[Cause]:
    if isinstance(trace.ending, Livelocked):
        return  # That is what it says itself.
    if late := _woke_late(trace):
        yield late
        return
    of_tasks = [wait for _, waits in sorted(_waits_by_task(trace).items()) for wait in waits]
    called: dict[int, list[float]] = {}
    for call in trace.calls:  # In the order in which they started.
        called.setdefault(call.task, []).append(call.started)
    found = []
    for (task, line, kind), group in groupby(of_tasks, lambda w: (w.task, w.line, w.what.kind)):
        sleeps = list(group)
        since, until = sleeps[0].at, sleeps[-1].at
        if kind != "sleep" or len(sleeps) < POLLS:
            continue
        of_task = called.get(task, [])
        after = bisect_left(of_task, since)
        if after == len(of_task) or of_task[after] > until:
            found.append(Polling(task, line, len(sleeps), since, until))
    if found:
        yield max(found, key=lambda polling: polling.times)  # The first one of those.


def _woke_late(trace: Trace) -> Polling | None:
    """What a task slept for that called what a check says was late, if it had slept on that line before."""
    if (slept := _last_sleep(trace)) is None:
        return None
    call, sleeps = slept
    last = sleeps[-1]
    if len(sleeps) < NAPS:
        return None
    return Polling(call.task, last.line, len(sleeps), last.at, call.started, call)


def _last_sleep(trace: Trace) -> tuple[Call, Sequence[Waited]] | None:
    """What a check says was late, if its task had just slept for a while when it called that, and its sleeps
    on that line until then."""
    call = next((call for call in trace.calls if call.number == trace.late), None)
    waits = _waits_by_task(trace).get(call.task, []) if call is not None else []
    before = [wait for wait in waits if call is not None and wait.order < call.order]
    if call is None or not before or before[-1].what.kind != "sleep":
        return None
    last = before[-1]
    if not last.at < call.started:
        return None
    return call, [w for w in before if w.line == last.line and w.what.kind == "sleep"]


def _no_thread_left(trace: Trace) -> Iterator[Cause]:
    waited = []
    for task, of_task in sorted(_waits_by_task(trace).items()):
        for wait, then in pairwise([*of_task, None]):
            assert wait is not None
            until = then.at if then is not None else None
            is_known = wait.what.kind == "worker" and 0 < wait.what.total < MAX_THREADS
            if is_known and wait.at != until:
                waited.append((wait, task, until))
    if waited:
        wait, _, until = min(waited, key=lambda found: found[0].order)
        tasks = [
            task for other, task, _ in waited if (other.line, other.at) == (wait.line, wait.at)
        ]
        yield NoThreadLeft(wait.line, wait.at, until, tasks, wait.what.total)
