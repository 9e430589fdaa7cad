"""Tasks, waits, errors and causes, in words for a learner."""

import re
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
    NoThreadLeft,
    OneForEach,
    OwnCancel,
    OwnTimeout,
    Polling,
    ReplacedError,
    SwallowedCancellation,
    TookTurns,
)
from checker.judge.service import Service
from checker.judge.trace import (
    ActRecord,
    Awaited,
    Call,
    ErrorTree,
    TaskEnding,
    Trace,
    Unshared,
    Wait,
    Waited,
)
from checker.recording import Sentence
from checker.translation import _, ngettext

MAX_NAMES: Final = 3
"""How many tasks are named, where more may be meant."""

MAX_CALL: Final = 80
"""How many characters a call has that is shown with its arguments."""

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
            return _("the event loop to run it")
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
        case "quiet":
            return _("all other tasks to be blocked")
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


def often(number: int, done: str = "") -> str:
    """`never`, `once`, `2 times`; or, if `done` says what was, `never sent`, `sent once`, `sent 2 times`."""
    if number == 0:
        return f"never {done}".rstrip()
    return f"{done} {'once' if number == 1 else f'{number} times'}".lstrip()


def were(number: int) -> str:
    """The verb of so many things: `1 permit was`, `2 permits were`."""
    return "was" if number == 1 else "were"


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


def error_in_brief(error: ErrorTree) -> str:
    """The same where it is not what a message is about: the first line of it, without objects that have an
    address and no name."""
    return _AN_OBJECT.sub("…", error_name(error).partition("\n")[0])


_AN_OBJECT: Final = re.compile(r"<[^<>]{1,80} at 0x[0-9a-f]{1,16}[^<>]{0,80}>")


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


def called(trace: Trace, act: ActRecord) -> str:
    """A call of the learner's code with its arguments, where they are short: `sign_up(members, 'Ada')`."""
    shown = [_argument(each) for each in act.arguments]
    text = f"{act.function}({', '.join(shown)})"
    return text if len(text) <= MAX_CALL else f"{act.function}()"


def _argument(value: object) -> str:
    if isinstance(value, Service):
        return type(value).__name__.lower()
    if isinstance(value, list | tuple) and any(isinstance(each, Service) for each in value):
        return f"[{', '.join(map(_argument, value))}]"
    return repr(value)


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
        case OneForEach(taken):
            text, line = _one_for_each(trace, taken), taken[0].line
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
        case LateBinding(tasks, calls):
            text, line = _late_binding(trace, cause), tasks[0].line
            at = calls[-1].started
        case ReplacedError(call, error):
            line = error.line
            text = _(
                "{method}(){where} failed with {failure}, which did not come out; what came out is {error}{there}",
                method=call.method,
                where=at_line(call.line),
                failure=call.failure,
                error=error_in_brief(error),
                there=at_line(error.line),
            )
        case OwnTimeout(limit):
            text, at, line = _own_timeout(trace, cause), limit.until, limit.line
        case OwnCancel(cancel):
            text, at, line = _own_cancel(trace, cause), cancel.at, cancel.line
        case CutOff(call, function):
            at, line = call.ended or at, call.line
            text = _(
                "{method}(), which {task} began at {started:g} s{where}, had no reply yet when "
                "{function}() returned at {ended:g} s, and was cancelled",
                method=call.method,
                task=task_name(trace, call.task),
                started=call.started,
                where=at_line(call.line),
                function=function,
                ended=call.ended,
            )
        case Polling(task, line, times, since, until, Call(method=method)):
            text = _(
                "{task} slept {times} times{where}, for the last time from {since:g} s to {until:g} s, and "
                "called {method}() only then",
                task=task_name(trace, task),
                times=f"{times:,}",
                where=at_line(line),
                since=since,
                until=until,
                method=method,
            )
            at = until
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
        case TookTurns(wait):
            text, at, line = _took_turns(trace, cause), wait.at, wait.line
        case NoThreadLeft():
            text, line, at = _no_thread_left(trace, cause), cause.line, cause.since
    return Sentence(at, text, line, key=True)


def _no_thread_left(trace: Trace, cause: NoThreadLeft) -> str:
    facts: dict[str, Any] = {
        "task": task_name(trace, cause.tasks[0]),
        "where": at_line(cause.line),
        "since": cause.since,
        "until": _(" to {until:g} s", until=cause.until) if cause.until is not None else _(" on"),
        "threads": ngettext("{number} thread", "{number} threads", round(cause.total)),
    }
    more = len(cause.tasks) - 1
    if not more:
        return _(
            "{task} waited for a worker thread{where}, from {since:g} s{until}: unless `run_sync` is given "
            "a limiter, all its calls share {threads}",
            **facts,
        )
    return ngettext(
        "{task} and {number} other task waited for a worker thread{where}, from {since:g} s{until}: unless "
        "`run_sync` is given a limiter, all its calls share {threads}",
        "{task} and {number} other tasks waited for a worker thread{where}, from {since:g} s{until}: unless "
        "`run_sync` is given a limiter, all its calls share {threads}",
        more,
        **facts,
    )


def _took_turns(trace: Trace, turns: TookTurns) -> str:
    facts: dict[str, Any] = {
        "task": task_name(trace, turns.wait.task),
        "since": turns.wait.at,
        "until": turns.until,
        "where": at_line(turns.wait.line),
        "what": indefinite(briefly(turns.wait.what)),
        "holder": task_name(trace, turns.holder),
        "method": turns.call.method,
    }
    if turns.is_kept:
        return _(
            "{task} waited from {since:g} s to {until:g} s{where} for {what} that {holder} held while its "
            "{method}() was under way, and still held when that had ended",
            **facts,
        )
    if not turns.others:
        return _(
            "{task} waited from {since:g} s to {until:g} s{where} for {what} that {holder} held while its "
            "{method}() was under way",
            **facts,
        )
    return ngettext(
        "{task} waited from {since:g} s to {until:g} s{where} for {what} that {holder} held while its "
        "{method}() was under way; {number} more task waited there, too",
        "{task} waited from {since:g} s to {until:g} s{where} for {what} that {holder} held while its "
        "{method}() was under way; {number} more tasks waited there, too",
        turns.others,
        **facts,
    )


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
    return _(
        "{update}, without having read what {other} wrote",
        update=text,
        other=task_name(trace, between.task),
    )


def _one_for_each(trace: Trace, taken: Sequence[Unshared]) -> str:
    facts: dict[str, Any] = {
        "where": at_line(taken[0].line),
        "tasks": task_names(trace, [one.task for one in taken]),
    }
    match taken[0].kind:
        case "lock":
            return _(
                "the lock{where} keeps nobody out: {tasks} take one each, never the same", **facts
            )
        case "semaphore":
            return _(
                "the semaphore{where} limits nothing: {tasks} take one each, never the same",
                **facts,
            )
        case "limiter":
            return _(
                "the limiter{where} limits nothing: {tasks} take one each, never the same", **facts
            )


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
    return text + _kept_waiting(
        trace, tasks, [n for each in held.stretches for n in each.kept_waiting]
    )


def _kept_waiting(trace: Trace, holders: Sequence[int], calls: Sequence[int]) -> str:
    """Who waited while the loop was held: those whose replies came and found nobody. Of several holders,
    each keeps the others waiting."""
    waiting = [trace.calls[number - 1] for number in calls]
    if not waiting:
        return ""
    if all(call.task in holders for call in waiting):
        return _(
            "; while one of them does, the others cannot run, not even {task}, which had the reply to "
            "{method}() at {at:g} s",
            task=task_name(trace, waiting[0].task),
            method=waiting[0].method,
            at=waiting[0].ended,
        )
    first = next(call for call in waiting if call.task not in holders)
    text = _(
        "; meanwhile {task}, which had the reply to {method}() at {at:g} s, could not run",
        task=task_name(trace, first.task),
        method=first.method,
        at=first.ended,
    )
    others = [
        task
        for task in dict.fromkeys(call.task for call in waiting)
        if task != first.task and task not in holders
    ]
    if others:
        text = _("{text}, and neither could {tasks}", text=text, tasks=task_names(trace, others))
    return text


def _functions(trace: Trace) -> str:
    return listed(sorted({f"{act.function}()" for act in trace.acts}))


def _left_behind(trace: Trace, first: Wait, others: int) -> str:
    task = trace.tasks.get(first.task)
    line = task.line if task is not None else None
    ended = (
        _("{function}() has ended", function=trace.acts[0].function)
        if len(trace.acts) == 1
        else _("all calls of {functions} have ended", functions=_functions(trace))
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
    first, last = late.calls[late.unused], len(late.tasks) - 1
    given = ", ".join(
        [
            *map(value_shown, first.arguments),
            *(f"{name}={value_shown(value)}" for name, value in first.keywords.items()),
        ]
    )
    facts: dict[str, Any] = {
        "number": len(late.tasks),
        "line": late.tasks[0].line,
        "method": first.method,
        "given": given,
        "of": which(trace, first),
    }
    if all(place == last for place in late.used):
        return _(
            "the {number} tasks that line {line} started all called {method}({given}){of}, for the last of "
            "{number} items",
            **facts,
        )
    return _(
        "line {line} started {number} tasks, one for each item; number {own} called "
        "{method}({given}){of}, for item {place}",
        own=late.unused + 1,
        place=late.used[late.unused] + 1,
        **facts,
    )


def _own_timeout(trace: Trace, timeout: OwnTimeout) -> str:
    limit = timeout.limit
    ran_out = _(
        "the time limit of {length:g} s{where} ran out at {until:g} s",
        length=limit.length,
        where=at_line(limit.line),
        until=limit.until,
    )
    if timeout.dropped:
        text = _dropped(ran_out, timeout.dropped)
    else:
        text = _no_longer_waited(ran_out, timeout.waits)
    if timeout.times > 1:
        text = _("{text}; this happened {times} times", text=text, times=timeout.times)
    return text


def _own_cancel(trace: Trace, cause: OwnCancel) -> str:
    cancel = cause.cancel
    called = _(
        "{task} called cancel(){where} at {at:g} s",
        task=task_name(trace, cancel.task),
        where=at_line(cancel.line),
        at=cancel.at,
    )
    return _dropped(called, cause.dropped)


def _dropped(ran_out: str, calls: Sequence[Call]) -> str:
    first, others = calls[0], len(calls) - 1
    facts: dict[str, Any] = {
        "ran_out": ran_out,
        "method": first.method,
        "there": at_line(first.line),
        "started": first.started,
    }
    if first.thread:
        return _(
            "{ran_out}, while {method}(){there}, begun at {started:g} s, was under way in a worker thread",
            **facts,
        )
    if others:
        return ngettext(
            "{ran_out} and cancelled {method}(){there}, begun at {started:g} s, and {number} more call",
            "{ran_out} and cancelled {method}(){there}, begun at {started:g} s, and {number} more calls",
            others,
            **facts,
        )
    return _("{ran_out} and cancelled {method}(){there}, begun at {started:g} s", **facts)


def _no_longer_waited(ran_out: str, waits: Sequence[Waited]) -> str:
    first, others = waits[0], len(waits) - 1
    facts: dict[str, Any] = {
        "ran_out": ran_out,
        "what": _no_longer(first.what),
        "there": at_line(first.line),
        "started": first.at,
    }
    if others:
        return ngettext(
            "{ran_out} and ended {what}{there}, begun at {started:g} s, and {number} more wait",
            "{ran_out} and ended {what}{there}, begun at {started:g} s, and {number} more waits",
            others,
            **facts,
        )
    return _("{ran_out} and ended {what}{there}, begun at {started:g} s", **facts)


def _no_longer(what: Awaited) -> str:
    """What somebody does who waits, as a thing that can be ended."""
    match what.kind:
        case "sleep":
            return _("the sleep")
        case "item":
            return _("the wait for an item from a stream")
        case "room":
            return _("the wait for room in a stream")
        case "result":
            return _("the wait for the result of {task}", task=what.name)
        case "children":
            return _("the wait for a task group")
    return _("the wait for {what}", what=indefinite(briefly(what)))
