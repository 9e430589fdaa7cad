"""Tasks, waits, errors and causes, in words for a learner."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from checker.judge.causes import (
    Cause,
    Circle,
    HeldLoop,
    LeakedPermit,
    LeftBehind,
    LostUpdate,
    SwallowedCancellation,
)
from checker.judge.trace import Awaited, Call, ErrorTree, Trace, Wait
from checker.recording import Sentence
from checker_sandbox.wire.plain import indefinite

MAX_NAMES: Final = 3
"""How many tasks are named, where more may be meant."""

MAX_VALUE: Final = 40
"""How many characters of a value are shown."""

MAX_ERRORS: Final = 3
MAX_WAITS: Final = 8


def task_name(trace: Trace, task: int) -> str:
    """`task 3 (transfer)`."""
    known = trace.tasks.get(task)
    return f"task {task} ({known.name})" if known is not None else "the event loop"


def task_names(trace: Trace, tasks: Sequence[int]) -> str:
    """`task 2 (a), task 3 (b) and task 4 (c)`, or how many more there are."""
    names = [task_name(trace, task) for task in tasks[:MAX_NAMES]]
    if len(tasks) > MAX_NAMES:
        names.append(f"{len(tasks) - MAX_NAMES} more")
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), *names[-1:]])


def waiter(wait: Wait) -> str:
    """Who waits, with the number of a task."""
    return plain_name(wait) if wait.is_thread else f"task {wait.task} ({wait.who})"


def plain_name(wait: Wait) -> str:
    """Who waits, by the name that the learner gave the task, or of the thread."""
    return f"worker thread {wait.who}" if wait.is_thread else wait.who


def awaited(trace: Trace, what: Awaited) -> str:
    """What is waited for, as it follows upon "waits for"."""
    held = f", held by {task_names(trace, what.holders)}" if what.holders else ""
    where = f", in {task_names(trace, what.holders)}" if what.holders else ""
    match what.kind:
        case "reply":
            return f"the reply to {what.name}()"
        case "sleep":
            return "a sleep to end"
        case "turn":
            return "its turn"
        case "lock":
            return f"a Lock{held}"
        case "semaphore":
            return f"a Semaphore with {count(what.count, 'permit')} left{_taken(trace, what)}"
        case "limiter":
            return f"a CapacityLimiter ({what.count} of {what.total:g} taken){held}"
        case "condition":
            return "a Condition to be notified"
        case "event":
            return "an Event to be set"
        case "future":
            return "a Future to be resolved"
        case "item":
            return f"an item from a stream ({count(what.count, 'send end')} still open{where})"
        case "room":
            return f"room in a stream ({count(what.count, 'receive end')} still open{where})"
        case "result":
            return f"the result of a task ({what.name})"
        case "children":
            return f"its task group, where {_children(trace, what)}"
        case "worker":
            return f"worker thread {what.name}" if what.name else "a worker thread"
        case "thread's sleep":
            return "time.sleep()"
        case "thread's lock":
            return "a lock or an event of `threading`, or a queue"
        case "thread's end":
            return f"the end of thread {what.name}"
        case "event loop":
            return "the event loop"
        case "other":
            return what.name


def holding(what: Awaited) -> str:
    """What somebody calls that waits so in the event loop's own thread."""
    match what.kind:
        case "reply":
            return f"{what.name}()"
        case "thread's sleep":
            return "time.sleep()"
        case "thread's lock":
            return "a wait for a lock or an event of `threading`, or a queue,"
        case "thread's end":
            return f"Thread.join() of {what.name}"
    return "a wait"


def _taken(trace: Trace, what: Awaited) -> str:
    """Who took the permits, and whether they are gone."""
    if not what.holders and not what.gone:
        return ""
    by = [task_names(trace, what.holders)] if what.holders else []
    if what.gone:
        have = "has" if len(what.gone) == 1 else "have"
        by.append(f"{task_names(trace, what.gone)}, which {have} ended")
    return f", taken by {' and by '.join(by)}"


def _children(trace: Trace, what: Awaited) -> str:
    if what.count > MAX_NAMES:
        return f"{what.count} tasks still run"
    if what.count > 1:
        return f"{task_names(trace, what.holders)} still run"
    return f"{task_names(trace, what.holders) or 'a task'} still runs"


def count(number: int, noun: str) -> str:
    """`no permits`, `1 permit`, `2 permits`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def at_line(line: int | None) -> str:
    return f" at line {line}" if line is not None else ""


def waits_below(trace: Trace, waits: Sequence[Wait]) -> str:
    """Each wait on a line of its own, below a sentence that ends with a colon or a full stop."""
    lines = []
    for wait in waits[:MAX_WAITS]:
        meanwhile = ", and holds the event loop meanwhile" if wait.holds_loop else ""
        lines.append(
            f"\n  {waiter(wait)} waits{at_line(wait.line)} for "
            f"{awaited(trace, wait.what)}{meanwhile}"
        )
    if len(waits) > MAX_WAITS:
        lines.append(f"\n  and {len(waits) - MAX_WAITS} more")
    return "".join(lines)


def error_name(error: ErrorTree) -> str:
    """`ConnectionError: no answer`, or `an ExceptionGroup of 2 (...)`."""
    if error.children:
        alike = Counter(error_name(child) for child in error.children)
        kinds = [f"{n} × {text}" if n > 1 else text for text, n in alike.items()]
        if len(kinds) > MAX_ERRORS:
            kinds[MAX_ERRORS:] = [f"and {len(kinds) - MAX_ERRORS} other kinds"]
        return f"{indefinite(error.kind)} of {len(error.children)} ({'; '.join(kinds)})"
    return f"{error.kind}: {error.message}" if error.message else error.kind


def which(trace: Trace, call: Call) -> str:
    """Which of several services of a kind was called."""
    kind = type(call.service)
    alike = [service for service in trace.services if type(service) is kind]
    if len(alike) < 2:
        return ""
    number = next(i for i, service in enumerate(alike) if service is call.service)
    return f" of {kind.__name__} {number}"


def value_shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"


# --- causes -------------------------------------------------------------------------------------


def told_cause(trace: Trace, cause: Cause) -> Sentence:
    """What went wrong, as the key sentence of a story."""
    match cause:
        case Circle(waits):
            return Sentence(trace.elapsed, _circle(trace, waits), waits[0].line, key=True)
        case LeakedPermit(wait, ended):
            return Sentence(trace.elapsed, _leaked(trace, wait, ended), wait.line, key=True)
        case LostUpdate(write=write):
            assert write.ended is not None
            return Sentence(write.ended, _lost_update(trace, cause), write.line, key=True)
        case HeldLoop(blocked):
            text = (
                f"{task_name(trace, blocked.task)} holds the event loop in {holding(blocked.what)}"
                f"{at_line(blocked.line)} until {blocked.ended:g} s, {blocked.length:g} s in all"
            )
            if kept := _kept_waiting(trace, blocked.kept_waiting):
                text += f"; meanwhile {kept}"
            return Sentence(blocked.started, text, blocked.line, key=True)
        case SwallowedCancellation(swallowed):
            text = (
                f"the `except`{at_line(swallowed.line)} takes the cancellation of "
                f"{task_name(trace, swallowed.task)} and lets it go no further"
            )
            return Sentence(swallowed.at, text, swallowed.line, key=True)
        case LeftBehind(waits):
            first = waits[0]
            text = _left_behind(trace, first, len(waits) - 1)
            return Sentence(trace.elapsed, text, first.line or first.started_at, key=True)


def _circle(trace: Trace, waits: Sequence[Wait]) -> str:
    links = [f"{task_name(trace, wait.task)}{at_line(wait.line)}" for wait in waits]
    if len(links) == 1:
        return f"a circle that nobody can break: {links[0]} waits for itself"
    waiting = " waits for ".join([links[0], ", which waits for ".join(links[1:])])
    back = task_name(trace, waits[0].task)
    return f"a circle that nobody can break: {waiting}, which waits for {back}"


def _leaked(trace: Trace, wait: Wait, ended: float | None) -> str:
    first, *others = wait.what.gone
    when = f" at {ended:g} s" if ended is not None else ""
    more = f", and so did {len(others)} more" if others else ""
    return (
        f"{task_name(trace, first)} took a permit and ended{when} without giving it back{more}; "
        f"{task_name(trace, wait.task)} waits for one{at_line(wait.line)}"
    )


def _lost_update(trace: Trace, lost: LostUpdate) -> str:
    read, between, write = lost.read, lost.between, lost.write
    text = (
        f"{task_name(trace, write.task)} read {value_shown(read.reply)}{which(trace, read)}"
        f"{at_line(read.line)} before "
        f"{task_name(trace, between.task)} wrote {_written(between)}{at_line(between.line)}, and "
        f"overwrote that with {_written(write)}{at_line(write.line)}"
    )
    values = [*between.arguments, *between.keywords.values()]
    base = lost.base.reply if lost.base is not None else None
    if len(values) == 1 and _is_number(values[0]) and _is_number(base):
        change = values[0] - base
        text += f"; the {change:g} is lost" if change > 0 else f"; the change by {change:g} is lost"
    return text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written(call: Call) -> str:
    return ", ".join(map(value_shown, [*call.arguments, *call.keywords.values()]))


def _kept_waiting(trace: Trace, calls: Sequence[int]) -> str:
    """Who waited while the loop was held: those whose replies came and found nobody."""
    waiting = [trace.calls[number - 1] for number in calls]
    if not waiting:
        return ""
    first = waiting[0]
    text = (
        f"the reply to {first.method}() had come for {task_name(trace, first.task)} at "
        f"{first.ended:g} s, which could not run"
    )
    others = len({call.task for call in waiting} - {first.task})
    return text + (f", and neither could {others} more" if others else "")


def _left_behind(trace: Trace, first: Wait, others: int) -> str:
    task = trace.tasks.get(first.task)
    started = f", started{at_line(task.line)}," if task and task.line is not None else ""
    text = (
        f"{task_name(trace, 1)} has ended, and {task_name(trace, first.task)}{started} still waits"
        f"{at_line(first.line)} for {awaited(trace, first.what)}"
    )
    if others == 1:
        return f"{text}; one more does too"
    return f"{text}; {others} more tasks do too" if others else text
