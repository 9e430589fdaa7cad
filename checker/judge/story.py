"""What happened in a run, in sentences, and where it went wrong, in the learner's own lines.

`find_causes` looks for what the kit knows to go wrong: an update that is lost, a circle of waits, a
loop that is held, a cancellation that is swallowed, a task that is left behind. `tell` tells the
whole run, with those as its key sentences.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from checker.judge.explain import describe_error
from checker.judge.trace import Call, Deadlocked, Raised, Returned, Stopped, Trace, Wait
from checker.recording import Sentence
from checker_sandbox.wire.plain import shortened

MAX_SENTENCES: Final = 40
"""How long a story may be; of a longer one the middle is left out, but for its key sentences."""

MAX_VALUE: Final = 40

MAX_CALLS: Final = 1000
"""How many calls are held against each other. No exercise makes as many; a stranger's may."""


def find_causes(trace: Trace) -> list[Sentence]:
    """What is known to go wrong in programs, and did in this run: the likely cause first."""
    return [
        *_circles(trace),
        *_leaked_permits(trace),
        *_lost_updates(trace),
        *_held_loops(trace),
        *_swallowed(trace),
        *_left_behind(trace),
    ]


def tell(trace: Trace, *, passed: bool) -> list[Sentence]:
    """The story of a run, in the order in which it happened."""
    causes = [] if passed else find_causes(trace)
    story = [*_steps(trace)]
    for cause in causes:
        # It stands behind the step that it is about, or behind all of its instant.
        after = [i for i, step in enumerate(story) if step.at <= cause.at]
        story.insert(after[-1] + 1 if after else 0, cause)
    story.append(_end(trace))
    return _abridged(story)


def name_of(trace: Trace, task: int) -> str:
    known = trace.tasks.get(task)
    return f"task {task} ({known.name})" if known is not None else "the event loop"


# --- step by step -------------------------------------------------------------------------------


def _steps(trace: Trace) -> Iterator[Sentence]:
    """Everything that happened, in order."""
    placed: list[tuple[int, Sentence]] = []

    def add(place: int, at: float, text: str, line: int | None) -> None:
        placed.append((place, Sentence(at, text, line)))

    for call in trace.calls:
        who = _caller(trace, call)
        add(call.order, call.started, f"{who} calls {_shown_call(trace, call)}", call.line)
        if call.ended is not None and call.ended_order is not None:
            add(call.ended_order, call.ended, _reply(trace, call, who), call.line)
    for (parent, at, _), tasks in groupby(
        (task for task in trace.tasks.values() if task.parent is not None),
        key=lambda task: (task.parent, task.started, task.name),
    ):
        started = list(tasks)
        text = f"{name_of(trace, parent or 0)} starts {_listed(started)}"
        add(started[0].order, at, text, started[0].line)
    for struck in trace.watched.struck:
        who = name_of(trace, struck.task)
        kind = f"{struck.kind}: {struck.message}" if struck.message else struck.kind
        text = f"{kind} is raised in {who}" if struck.kind else f"{who} is cancelled"
        add(struck.order, struck.at, text, struck.line)
    for wait in trace.watched.waits:
        if not wait.what.startswith(("the reply to", "its turn", "its task group")) and not (
            wait.what.endswith("and holds the event loop meanwhile")
        ):
            thread = trace.watched.threads.get(wait.thread)
            who = f"worker thread {thread.name}" if thread else name_of(trace, wait.task)
            sleeping = wait.what in ("a sleep to end", "time.sleep()")
            what = "sleeps" if sleeping else f"waits for {wait.what}"
            add(wait.order, wait.at, f"{who} {what}", wait.line)
    if trace.cancelled_at is not None:
        text = "the checker cancels the submission from outside"
        add(trace.cancelled_order, trace.cancelled_at, text, None)
    yield from (sentence for _, sentence in sorted(placed, key=lambda entry: entry[0]))


def _caller(trace: Trace, call: Call) -> str:
    thread = trace.watched.threads.get(call.thread)
    if call.thread:
        return f"worker thread {thread.name if thread else call.thread}"
    return name_of(trace, call.task)


def _shown_call(trace: Trace, call: Call) -> str:
    given = [*map(_shown, call.arguments)]
    given += [f"{name}={_shown(value)}" for name, value in call.keywords.items()]
    return f"{call.method}({', '.join(given)}){_which(trace, call)}"


def _which(trace: Trace, call: Call) -> str:
    """Which of several services of a kind was called."""
    kind = type(call.service)
    alike = [service for service in trace.services if type(service) is kind]
    if len(alike) < 2:
        return ""
    number = next(i for i, service in enumerate(alike) if service is call.service)
    return f" of {kind.__name__} {number}"


def _reply(trace: Trace, call: Call, who: str) -> str:
    name = f"{call.method}(){_which(trace, call)}"
    if call.outcome == "failed":
        return f"{name} fails for {who} with {shortened(str(call.reply), 80)}"
    if call.outcome == "cancelled":
        return f"{name} of {who} is cancelled, and never happens"
    answer = "is done" if call.reply is None else f"answers {_shown(call.reply)}"
    return f"{name} {answer} for {who}"


def _listed(tasks: Sequence[Any]) -> str:
    first, last = tasks[0], tasks[-1]
    if len(tasks) == 1:
        return f"task {first.number} ({first.name})"
    between = "and" if len(tasks) == 2 else "to"
    return f"tasks {first.number} {between} {last.number} ({first.name})"


def _end(trace: Trace) -> Sentence:
    who = name_of(trace, 1)
    match trace.ending:
        case Returned(value):
            text = f"{who} returns {_shown(value)}"
            return Sentence(trace.elapsed, text, None)
        case Raised(error):
            return Sentence(trace.elapsed, f"{who} raises {describe_error(error)}", error.line)
        case Stopped():
            return Sentence(trace.elapsed, f"{who} lets itself be cancelled", None)
        case Deadlocked():
            return Sentence(trace.elapsed, "nothing can ever happen again", None)
    return Sentence(trace.elapsed, "the run ends here", None)


def _abridged(story: list[Sentence]) -> list[Sentence]:
    if len(story) <= MAX_SENTENCES:
        return story
    keys = [i for i, sentence in enumerate(story) if sentence.key]
    near = {j for i in keys[:3] for j in range(i - 4, i + 3)}
    edge = (MAX_SENTENCES - len(near)) // 2
    kept = [i for i in range(len(story)) if i < edge or i >= len(story) - edge or i in near]
    shown: list[Sentence] = []
    before = -1
    for i in kept:
        if i > before + 1:
            skipped = i - before - 1
            text = f"({skipped} step{'' if skipped == 1 else 's'} more)"
            shown.append(Sentence(story[i - 1].at, text, None))
        shown.append(story[i])
        before = i
    return shown


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"


# --- what went wrong ----------------------------------------------------------------------------


def _at_line(line: int | None) -> str:
    return f" at line {line}" if line is not None else ""


def _lost_updates(trace: Trace) -> Iterator[Sentence]:
    """A task wrote what it had made of a value that another task had replaced since.

    What takes nothing and answers something is a read; what takes something and answers nothing,
    a write.
    """
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
            yield _lost_update(trace, read, between[-1], write, reads)
            return


def _lost_update(
    trace: Trace, read: Call, other: Call, write: Call, reads: Sequence[Call]
) -> Sentence:
    who, whose = name_of(trace, write.task), name_of(trace, other.task)
    text = (
        f"{who} read {_shown(read.reply)}{_at_line(read.line)} before {whose} wrote "
        f"{_written(other)}{_at_line(other.line)}, and overwrote that with "
        f"{_written(write)}{_at_line(write.line)}"
    )
    base = [r.reply for r in reads if _same_place(r, other) and r.task == other.task]
    values = [*other.arguments, *other.keywords.values()]
    if base and len(values) == 1 and _is_number(values[0]) and _is_number(base[-1]):
        change = values[0] - base[-1]
        text += f"; the {change:g} is lost" if change > 0 else f"; the change by {change:g} is lost"
    assert write.ended is not None
    return Sentence(write.ended, text, write.line, key=True)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written(call: Call) -> str:
    return ", ".join(map(_shown, [*call.arguments, *call.keywords.values()]))


def _same_place(one: Call, other: Call) -> bool:
    return one.service is other.service


def _before(one: Call, other: Call) -> bool:
    ends = one.ended_order, other.ended_order
    return ends[0] is not None and ends[1] is not None and ends[0] < ends[1]


def _circles(trace: Trace) -> Iterator[Sentence]:
    """Tasks that wait for each other, in a circle."""
    if not isinstance(trace.ending, Deadlocked):
        return
    waits = {wait.task: wait for wait in trace.ending.waits if not wait.who.startswith("worker")}
    circle = _circle(waits)
    if circle:
        links = [f"{name_of(trace, wait.task)}{_at_line(wait.line)}" for wait in circle]
        waiting = " waits for ".join([links[0], ", which waits for ".join(links[1:])])
        if len(circle) == 1:
            waiting = f"{links[0]} waits for itself"
        else:
            waiting += f", which waits for {name_of(trace, circle[0].task)}"
        text = f"a circle that nobody can break: {waiting}"
        yield Sentence(trace.elapsed, text, circle[0].line, key=True)


def _leaked_permits(trace: Trace) -> Iterator[Sentence]:
    """A task ended with a permit, and others wait for it in vain."""
    if not isinstance(trace.ending, Deadlocked):
        return
    living = {wait.task for wait in trace.ending.waits}
    for wait in trace.ending.waits:
        gone = [task for task in wait.holders if task not in living]
        if gone and wait.what.startswith("a Semaphore"):
            ended = trace.watched.ended.get((gone[0], 0))
            when = f" at {ended:g} s" if ended is not None else ""
            more = f", and so did {len(gone) - 1} more" if len(gone) > 1 else ""
            text = (
                f"{name_of(trace, gone[0])} took a permit and ended{when} without giving it back{more}; "
                f"{name_of(trace, wait.task)} waits for one{_at_line(wait.line)}"
            )
            yield Sentence(trace.elapsed, text, wait.line, key=True)
            return


def _circle(waits: dict[int, Wait]) -> list[Wait]:
    """The first circle among waits, from its lowest task on."""
    seen: set[int] = set()
    for start in sorted(waits):
        path: dict[int, None] = {}
        task: int | None = start
        while task is not None and task not in seen:
            seen.add(task)
            path[task] = None
            task = next((n for n in waits[task].holders if n in waits), None)
        if task in path:
            members = [*path]
            members = members[members.index(task) :]
            first = members.index(min(members))
            return [waits[n] for n in members[first:] + members[:first]]
    return []


def _held_loops(trace: Trace) -> Iterator[Sentence]:
    for blocked in sorted(trace.blocked, key=lambda stretch: -stretch.length)[:1]:
        text = (
            f"{name_of(trace, blocked.task)} holds the event loop in {blocked.what}"
            f"{_at_line(blocked.line)} until {blocked.ended:g} s, {blocked.length:g} s in all"
        )
        if kept := kept_waiting(trace, blocked.kept_waiting):
            text += f"; meanwhile {kept}"
        yield Sentence(blocked.started, text, blocked.line, key=True)


def kept_waiting(trace: Trace, calls: Sequence[int]) -> str:
    """Who waited while the loop was held: those whose replies came and found nobody."""
    waiting = [trace.calls[number - 1] for number in calls]
    if not waiting:
        return ""
    first = waiting[0]
    text = (
        f"the reply to {first.method}() had come for {name_of(trace, first.task)} at "
        f"{first.ended:g} s, which could not run"
    )
    others = len({call.task for call in waiting} - {first.task})
    return text + (f", and neither could {others} more" if others else "")


def _swallowed(trace: Trace) -> Iterator[Sentence]:
    for swallowed in trace.watched.swallowed[:1]:
        text = (
            f"the `except`{_at_line(swallowed.line)} takes the cancellation of "
            f"{name_of(trace, swallowed.task)} and lets it go no further"
        )
        yield Sentence(swallowed.at, text, swallowed.line, key=True)


def _left_behind(trace: Trace) -> Iterator[Sentence]:
    for wait in trace.tasks_left[:1]:
        more = len(trace.tasks_left) - 1
        task = trace.tasks.get(wait.task)
        started = f", started{_at_line(task.line)}," if task and task.line is not None else ""
        text = (
            f"{name_of(trace, 1)} has ended, and {name_of(trace, wait.task)}{started} still waits"
            f"{_at_line(wait.line)} for {wait.what}"
        )
        text += f"; {more} more tasks do too" if more > 1 else "; one more does too" if more else ""
        yield Sentence(trace.elapsed, text, wait.line or wait.started_at, key=True)
