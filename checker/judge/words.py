"""Tasks, waits and errors, as a learner would call them."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from checker.judge.trace import Awaited, ErrorTree, Trace, Wait

MAX_NAMES: Final = 3
"""How many tasks are named, where more may be meant."""

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


def waiter(trace: Trace, wait: Wait) -> str:
    """Who waits."""
    return f"worker thread {wait.who}" if wait.is_thread else f"task {wait.task} ({wait.who})"


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
            return "another thread"
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
            return "a wait for another thread"
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
            f"\n  {waiter(trace, wait)} waits{at_line(wait.line)} for "
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


def indefinite(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
