"""Tasks, waits, errors and causes, in words for a learner."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from checker.judge.causes import (
    AsyncioOnTrio,
    Cause,
    Circle,
    CutOff,
    HeldLoop,
    LateBinding,
    LeakedPermit,
    LeftBehind,
    LostUpdate,
    OwnTimeout,
    Polling,
    ReplacedError,
    SwallowedCancellation,
)
from checker.judge.service import Service
from checker.judge.trace import Awaited, Call, ErrorTree, TaskEnding, Trace, Wait
from checker.recording import Sentence
from checker.translation import _, ngettext

MAX_NAMES: Final = 3
"""How many tasks are named, where more may be meant."""

MAX_VALUE: Final = 40
"""How many characters of a value are shown."""

MAX_ERRORS: Final = 3
MAX_WAITS: Final = 8


def task_name(trace: Trace, task: int) -> str:
    """`task 3 (transfer)`."""
    known = trace.tasks.get(task)
    if known is None:
        return _("the event loop")
    return _("task {number} ({name})", number=task, name=known.name)


def task_names(trace: Trace, tasks: Sequence[int]) -> str:
    """`task 2 (a), task 3 (b) and task 4 (c)`, or how many more there are."""
    names = [task_name(trace, task) for task in tasks[:MAX_NAMES]]
    if len(tasks) > MAX_NAMES:
        names.append(_("{number} more", number=len(tasks) - MAX_NAMES))
    return listed(names)


def listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return _("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])


def waiter(wait: Wait) -> str:
    """Who waits, with the number of a task."""
    if wait.is_thread:
        return plain_name(wait)
    return _("task {number} ({name})", number=wait.task, name=wait.who)


def plain_name(wait: Wait) -> str:
    """Who waits, by the name that the learner gave the task, or of the thread."""
    return _("worker thread {name}", name=wait.who) if wait.is_thread else wait.who


def awaited(trace: Trace, what: Awaited) -> str:
    """What is waited for, as it follows upon "waits for"."""
    holders = task_names(trace, what.holders)
    match what.kind:
        case "reply":
            return _("the reply to {method}()", method=what.name)
        case "sleep":
            return _("a sleep to end")
        case "turn":
            return _("its turn")
        case "lock":
            return _("a Lock, held by {tasks}", tasks=holders) if holders else _("a Lock")
        case "semaphore":
            return _semaphore(trace, what)
        case "limiter":
            of = {"count": what.count, "total": f"{what.total:g}"}
            if holders:
                return _(
                    "a CapacityLimiter ({count} of {total} taken), held by {tasks}",
                    tasks=holders,
                    **of,
                )
            return _("a CapacityLimiter ({count} of {total} taken)", **of)
        case "condition":
            return _("a Condition to be notified")
        case "event":
            return _("an Event to be set")
        case "future":
            return _("a Future to be resolved")
        case "item":
            ends = ngettext("{number} send end", "{number} send ends", what.count)
            if holders:
                return _(
                    "an item from a stream ({ends} still open, in {tasks})",
                    ends=ends,
                    tasks=holders,
                )
            return _("an item from a stream ({ends} still open)", ends=ends)
        case "room":
            ends = ngettext("{number} receive end", "{number} receive ends", what.count)
            if holders:
                return _(
                    "room in a stream ({ends} still open, in {tasks})", ends=ends, tasks=holders
                )
            return _("room in a stream ({ends} still open)", ends=ends)
        case "result":
            return _("the result of a task ({name})", name=what.name)
        case "children":
            return _("its task group, where {tasks}", tasks=_children(trace, what))
        case "worker":
            if what.name:
                return _("worker thread {name}", name=what.name)
            return _("a worker thread")
        case "thread's sleep":
            return "time.sleep()"
        case "thread's lock":
            return _("a `threading` lock or event, or a queue")
        case "thread's end":
            return _("the end of thread {name}", name=what.name)
        case "event loop":
            return _("the event loop")
        case "other":
            return what.name


def briefly(what: Awaited) -> str:
    """What is waited for, where there is little room."""
    match what.kind:
        case "result":
            return what.name
        case "lock":
            return "Lock"
        case "semaphore":
            return "Semaphore"
        case "limiter":
            return "CapacityLimiter"
        case "condition":
            return "Condition"
        case "event":
            return "Event"
        case "future":
            return "Future"
        case "item":
            return _("item from a stream")
        case "room":
            return _("room in a stream")
        case "children":
            return _("task group")
        case "worker" | "thread's end":
            return _("thread")
        case "thread's lock":
            return "threading"
    return ""


def holding(what: Awaited) -> str:
    """What somebody calls that waits so in the event loop's own thread."""
    match what.kind:
        case "reply":
            return f"{what.name}()"
        case "thread's sleep":
            return "time.sleep()"
        case "thread's lock":
            return _("a blocking wait (for a `threading` lock or event, or a queue)")
        case "thread's end":
            return _("Thread.join() of {name}", name=what.name)
    return _("a wait")


def _semaphore(trace: Trace, what: Awaited) -> str:
    if not what.count:
        text = _("a Semaphore with no permits left")
    else:
        text = ngettext(
            "a Semaphore with {number} permit left",
            "a Semaphore with {number} permits left",
            what.count,
        )
    if what.holders:
        text = _(
            "{semaphore}, taken by {tasks}", semaphore=text, tasks=task_names(trace, what.holders)
        )
    if what.gone:
        text = ngettext(
            "{semaphore}; {tasks} took one and has ended",
            "{semaphore}; {tasks} took some and have ended",
            len(what.gone),
            semaphore=text,
            tasks=task_names(trace, what.gone),
        )
    return text


def _children(trace: Trace, what: Awaited) -> str:
    if what.count > MAX_NAMES:
        return ngettext(
            "{number} task is still running", "{number} tasks are still running", what.count
        )
    tasks = task_names(trace, what.holders) or _("a task")
    if what.count > 1:
        return _("{tasks} are still running", tasks=tasks)
    return _("{task} is still running", task=tasks)


def at_line(line: int | None) -> str:
    return _(" at line {line}", line=line) if line is not None else ""


def counted(number: int, one: str, many: str = "") -> str:
    """`no permits`, `1 permit`, `2 permits`; or, if `many` is given, `2 people`. For the messages of checks,
    which are in the language of their exercise."""
    return f"{number or 'no'} {one if number == 1 else many or f'{one}s'}"


def waits_below(trace: Trace, waits: Sequence[Wait]) -> str:
    """Each wait on a line of its own, below a sentence that ends with a colon or a full stop."""
    lines = []
    for wait in waits[:MAX_WAITS]:
        facts: dict[str, Any] = {
            "who": waiter(wait),
            "where": at_line(wait.line),
            "what": awaited(trace, wait.what),
        }
        if wait.holds_loop:
            text = _("{who} waits{where} for {what}, and holds the event loop meanwhile", **facts)
        else:
            text = _("{who} waits{where} for {what}", **facts)
        lines.append(f"\n  {text}")
    if len(waits) > MAX_WAITS:
        lines.append("\n  " + _("and {number} more", number=len(waits) - MAX_WAITS))
    return "".join(lines)


def error_name(error: ErrorTree) -> str:
    """`ConnectionError: no answer`, or `an ExceptionGroup of 2 (...)`."""
    if not error.children:
        return f"{error.kind}: {error.message}" if error.message else error.kind
    while len(error.children) == 1 and error.children[0].children:
        error = error.children[0]
    if len(error.children) == 1:
        return _(
            "{group} ({errors})", group=indefinite(error.kind), errors=error_name(error.children[0])
        )
    alike = Counter(error_name(child) for child in error.children)
    kinds = [f"{n} × {text}" if n > 1 else text for text, n in alike.items()]
    if len(kinds) > MAX_ERRORS:
        kinds[MAX_ERRORS:] = [_("and {number} other kinds", number=len(kinds) - MAX_ERRORS)]
    return _(
        "{group} of {number} ({errors})",
        group=indefinite(error.kind),
        number=len(error.children),
        errors="; ".join(kinds),
    )


def indefinite(noun: str) -> str:
    if noun[:1].lower() in "aeiou":
        return _("an {noun}", noun=noun)
    return _("a {noun}", noun=noun)


def which(trace: Trace, call: Call) -> str:
    """Which of several services of a kind was called, by its place in what the submission was given;
    with an article of its own, as it follows upon a method."""
    name = service_name(trace, call)
    return _(" of {service}", service=name) if name else ""


def service_name(trace: Trace, call: Call) -> str:
    """`Account 2`, or nothing if there is one alone."""
    return name_among_alike(trace, call.service)


def name_among_alike(trace: Trace, service: Service) -> str:
    """What tells a service from others of its kind; nothing if there is one alone."""
    kind = type(service)
    alike = [each for each in trace.services if type(each) is kind]
    if len(alike) < 2:
        return ""
    lists = [
        (act, argument)
        for act in trace.acts
        for argument in act.arguments
        if isinstance(argument, list | tuple) and any(type(each) is kind for each in argument)
    ]
    for act, given in lists:
        for number, each in enumerate(given):
            if each is service:
                if len(lists) == 1:
                    return f"{kind.__name__} {number}"
                place = trace.acts.index(act) + 1
                return _(
                    "{kind} {number} of call {call}", kind=kind.__name__, number=number, call=place
                )
    number = next(i for i, each in enumerate(alike) if each is service)
    return f"{kind.__name__} {number}"


def value_shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"


# --- causes -------------------------------------------------------------------------------------


def told_cause(trace: Trace, cause: Cause) -> Sentence:
    """What went wrong, as the key sentence of a story."""
    at = trace.elapsed
    line: int | None
    match cause:
        case Circle(waits):
            text, line = _circle(trace, waits), waits[0].line
        case LeakedPermit(wait):
            text, line = _leaked(trace, cause), wait.line
        case LostUpdate(write=write):
            assert write.ended is not None
            text, at, line = _lost_update(trace, cause), write.ended, write.line
        case HeldLoop(stretches):
            first = stretches[0]
            text, at, line = _held(trace, cause), first.started, first.line
        case SwallowedCancellation(swallowed):
            text = _(
                "the `except`{where} catches the cancellation of {task} and does not raise it again",
                where=at_line(swallowed.line),
                task=task_name(trace, swallowed.task),
            )
            at, line = swallowed.at, swallowed.line
        case LeftBehind(waits):
            text = _left_behind(trace, waits[0], len(waits) - 1)
            line = waits[0].line or waits[0].started_at
        case AsyncioOnTrio(error):
            line = error.line
            text = _(
                "asyncio.{name}{where} works in asyncio's event loop alone, and this run is on trio",
                name=error.asyncio,
                where=at_line(line),
            )
        case LateBinding(tasks, call):
            text, line = _late_binding(trace, cause), tasks[0].line
            at = call.started
        case ReplacedError(call, error):
            line = error.line
            text = _(
                "{method}(){where} failed with {failure}, which did not come out; {error} did{there}",
                method=call.method,
                where=at_line(call.line),
                failure=call.reply,
                error=error_name(error),
                there=at_line(error.line),
            )
        case OwnTimeout(limit):
            text, at, line = _own_timeout(trace, cause), limit.until, limit.line
        case CutOff(call):
            line = call.line
            text = _(
                "{method}(), which {task} began at {started:g} s{where}, had no reply yet when "
                "{function}() returned at {ended:g} s, and was cancelled",
                method=call.method,
                task=task_name(trace, call.task),
                started=call.started,
                where=at_line(call.line),
                function=trace.acts[0].function,
                ended=trace.elapsed,
            )
        case Polling(task, line, times, since, until):
            text = _(
                "{task} slept {times} times in a row{where}, from {since:g} s to {until:g} s, and "
                "called nothing in between",
                task=task_name(trace, task),
                times=f"{times:,}",
                where=at_line(line),
                since=since,
                until=until,
            )
            at = until
    return Sentence(at, text, line, key=True)


def _circle(trace: Trace, waits: Sequence[Wait]) -> str:
    links = [f"{task_name(trace, wait.task)}{at_line(wait.line)}" for wait in waits]
    if len(links) == 1:
        return _("a circle that nobody can break: {task} waits for itself", task=links[0])
    text = _(
        "a circle that nobody can break: {first} waits for {second}",
        first=links[0],
        second=links[1],
    )
    for link in [*links[2:], task_name(trace, waits[0].task)]:
        text = _("{chain}, which waits for {task}", chain=text, task=link)
    return text


def _leaked(trace: Trace, leaked: LeakedPermit) -> str:
    wait = leaked.wait
    first, *others = wait.what.gone
    facts: dict[str, Any] = {
        "task": task_name(trace, first),
        "how": _ended(leaked.ending),
        "when": _(" at {at:g} s", at=leaked.ended) if leaked.ended is not None else "",
        "other": task_name(trace, wait.task),
        "where": at_line(wait.line),
    }
    if not others:
        return _(
            "{task} took a permit and {how}{when} without giving it back; {other} waits for one{where}",
            **facts,
        )
    return ngettext(
        "{task} took a permit and {how}{when} without giving it back, and so did {number} more; "
        "{other} waits for one{where}",
        "{task} took a permit and {how}{when} without giving it back, and so did {number} more; "
        "{other} waits for one{where}",
        len(others),
        **facts,
    )


def _ended(ending: TaskEnding | None) -> str:
    """How a task ended, as it follows upon its name."""
    if ending is None:
        return _("ended")
    if ending.how == "returned":
        return _("returned")
    if ending.how == "cancelled":
        return _("was cancelled{where}", where=at_line(ending.line))
    return _("ended with {error}{where}", error=ending.kind, where=at_line(ending.line))


def _lost_update(trace: Trace, lost: LostUpdate) -> str:
    read, between, write = lost.read, lost.between, lost.write
    name = service_name(trace, read)
    text = _(
        "{task} read {value}{of}{where}",
        task=task_name(trace, write.task),
        value=value_shown(read.reply),
        of=_(" from {service}", service=name) if name else "",
        where=at_line(read.line),
    )
    text = _(
        "{read}. Then {other} wrote {value}{where}",
        read=text,
        other=task_name(trace, between.task),
        value=_written(between),
        where=at_line(between.line),
    )
    text = _(
        "{write}. After that, {task} overwrote it with {value}{where}",
        write=text,
        task=task_name(trace, write.task),
        value=_written(write),
        where=at_line(write.line),
    )
    values = [*between.arguments, *between.keywords.values()]
    base = lost.base.reply if lost.base is not None else None
    if len(values) == 1 and _is_number(values[0]) and _is_number(base):
        change = values[0] - base
        return _("{update}: the change by {change:+g} is lost", update=text, change=change)
    return text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written(call: Call) -> str:
    return ", ".join(map(value_shown, [*call.arguments, *call.keywords.values()]))


def _held(trace: Trace, held: HeldLoop) -> str:
    first, *others = held.stretches
    tasks = list(dict.fromkeys(stretch.task for stretch in held.stretches))
    facts: dict[str, Any] = {
        "what": holding(first.what),
        "where": at_line(first.line),
        "length": held.length,
    }
    if others and len(tasks) > 1:
        text = _(
            "{tasks} hold the event loop in {what}{where}, {times} times, {length:g} s in all",
            tasks=task_names(trace, tasks),
            times=len(held.stretches),
            **facts,
        )
    elif others:
        text = _(
            "{task} holds the event loop in {what}{where}, {times} times, {length:g} s in all",
            task=task_name(trace, first.task),
            times=len(held.stretches),
            **facts,
        )
    else:
        text = _(
            "{task} holds the event loop in {what}{where} from {started:g} s to {ended:g} s",
            task=task_name(trace, first.task),
            started=first.started,
            ended=first.ended,
            **facts,
        )
    return text + _kept_waiting(trace, [n for each in held.stretches for n in each.kept_waiting])


def _kept_waiting(trace: Trace, calls: Sequence[int]) -> str:
    """Who waited while the loop was held: those whose replies came and found nobody."""
    waiting = [trace.calls[number - 1] for number in calls]
    if not waiting:
        return ""
    first = waiting[0]
    text = _(
        "; meanwhile {task}, which had the reply to {method}() at {at:g} s, could not run",
        task=task_name(trace, first.task),
        method=first.method,
        at=first.ended,
    )
    others = [task for task in dict.fromkeys(call.task for call in waiting) if task != first.task]
    if others:
        text = _("{text}, and neither could {tasks}", text=text, tasks=task_names(trace, others))
    return text


def _left_behind(trace: Trace, first: Wait, others: int) -> str:
    task = trace.tasks.get(first.task)
    line = task.line if task is not None else None
    ended = (
        _("{function}() has ended", function=trace.acts[0].function)
        if len(trace.acts) == 1
        else _("all calls have ended")
    )
    text = _(
        "{ended}, and {task}{started} still waits{where} for {what}",
        ended=ended,
        task=task_name(trace, first.task),
        started=_(", started{where},", where=at_line(line)) if line is not None else "",
        where=at_line(first.line),
        what=awaited(trace, first.what),
    )
    if not others:
        return text
    return ngettext(
        "{text}; {number} more task does too",
        "{text}; {number} more tasks do too",
        others,
        text=text,
    )


def _late_binding(trace: Trace, late: LateBinding) -> str:
    call = late.call
    given = ", ".join(
        [
            *map(value_shown, call.arguments),
            *(f"{name}={value_shown(value)}" for name, value in call.keywords.items()),
        ]
    )
    return _(
        "the {number} tasks that line {line} started all called {method}({given}){of}, for the last of "
        "{number} items: what a loop makes reads the loop's variable when it runs, not when it is made",
        number=len(late.tasks),
        line=late.tasks[0].line,
        method=call.method,
        given=given,
        of=which(trace, call),
    )


def _own_timeout(trace: Trace, timeout: OwnTimeout) -> str:
    limit, first = timeout.limit, timeout.dropped[0]
    facts: dict[str, Any] = {
        "where": at_line(limit.line),
        "length": round(limit.until - limit.since, 9),
        "until": limit.until,
        "method": first.method,
        "there": at_line(first.line),
        "started": first.started,
    }
    others = len(timeout.dropped) - 1
    if first.thread:
        text = _(
            "the time limit of {length:g} s{where} ran out at {until:g} s, while {method}(){there}, begun at "
            "{started:g} s, was under way in a worker thread",
            **facts,
        )
    elif others:
        text = ngettext(
            "the time limit of {length:g} s{where} ran out at {until:g} s and cancelled {method}(){there}, "
            "begun at {started:g} s, and {number} more call",
            "the time limit of {length:g} s{where} ran out at {until:g} s and cancelled {method}(){there}, "
            "begun at {started:g} s, and {number} more calls",
            others,
            **facts,
        )
    else:
        text = _(
            "the time limit of {length:g} s{where} ran out at {until:g} s and cancelled {method}(){there}, "
            "begun at {started:g} s",
            **facts,
        )
    if timeout.times > 1:
        text = _("{text}; this happened {times} times", text=text, times=timeout.times)
    return text
