"""Endings, in words for a learner: what was seen, and what to try next."""

import re
import signal
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate

from checker.judge.causes import (
    Cause,
    Circle,
    LeakedPermit,
    OwnTimeout,
    Polling,
    ReplacedError,
    SwallowedCancellation,
    TookTurns,
    find_causes,
)
from checker.judge.errors import is_of_asyncio, leaves
from checker.judge.trace import (
    Call,
    Deadlocked,
    Died,
    ErrorTree,
    Limit,
    Livelocked,
    Misbehaved,
    NotRunnable,
    Overran,
    Paused,
    Raised,
    Returned,
    Spun,
    Stopped,
    Trace,
    Wait,
)
from checker.judge.unusable import not_runnable
from checker.judge.words import error_in_brief, error_name, listed, waiter, waits_below
from checker.translation import _, ngettext
from checker_sandbox.wire.limits import (
    CPU_SECONDS,
    MAX_EVENTS,
    MAX_PENDING,
    MAX_PRINTED,
    MAX_ROUNDS,
    MAX_STEPS,
    MAX_TOLD,
    MAX_TOLD_IN_ALL,
    MEMORY,
    RUN_SECONDS,
    SILENT_SECONDS,
    TOTAL_SECONDS,
)
from checker_sandbox.wire.messages import END_OF_TIME

WHO_SHOULD_END_IT = _("for each wait above, ask what should end it, and why that does not happen")

A_LIMIT_OF_YOURS = _(
    "take out the time limit that ran out, unless the brief asks for it, and make sure that the wait ends without it"
)

OWN_ITEM = _(
    "Does each task use its own item? A function that is made in a loop reads the loop's variable when it runs, "
    "and the loop may have gone on by then"
)

HOLD_IT_FOR_LESS = _(
    "while one task holds it, the others wait: hold it only around what must not overlap, and if it protects "
    "several things, give each its own"
)

GIVE_IT_BACK = _(
    "give it back as soon as that has been done for which it is needed, and wait for nothing else while you hold it"
)

LETS_IN_TOO_FEW = _(
    "check how many the brief allows at a time, if it sets a limit at all: this lets in too few"
)

DO_NOT_LOOK_AGAIN = _(
    "sleep no more than is asked for: wait for the very thing that must happen first, and not for a while each "
    "time"
)

A_YEAR = 365.25 * 24 * 3600
"""In seconds. Who sleeps twice as long each time is there after a few dozen times."""

MAX_WARNINGS = 3
MAX_RAISED = 2
MAX_LINES = 8
MAX_LINE = 200
MAX_PRINTS = 640
"""Characters of what was printed that are shown: eight lines of a terminal."""


class CheckFailed(Exception):
    """A submission did not do what a check asks for.

    `line` is the line of the learner's file that the message is about; `advice` is what to try.
    A `hopeless` one would be the same for every check on every backend; a `costly` one took all the
    real time that a run is given. Where nothing was `tried`, there is no other reason than that. Two
    with the same `topic` tell of the same trouble, maybe with other numbers; usually it is the message.
    Where the mistake may be somewhere else, `place` says what happened on the line. `together` are
    calls that should have overlapped, in groups of those that may take turns, and `late` is one that came
    too late: what kept them is told, if it is known. `about` is the call that the message is about.
    """

    def __init__(
        self,
        message: str,
        line: int | None = None,
        advice: str | None = None,
        *,
        hopeless: bool = False,
        costly: bool = False,
        tried: bool = True,
        topic: str = "",
        place: str = "",
        together: Iterable[Iterable[Call]] = (),
        late: Call | None = None,
        about: Call | None = None,
    ) -> None:
        super().__init__(message)
        self.about = about.number if about is not None else 0
        self.late = late.number if late is not None else 0
        self.place = place
        self.together = tuple(frozenset(call.number for call in group) for group in together)
        self.topic = topic or message
        self.tried = tried
        self.hopeless = hopeless
        self.costly = costly
        self.message = message
        self.line = line
        self.advice = advice


def explain(trace: Trace) -> CheckFailed:
    """Why a run that should have returned a value did not."""
    failed = _explain(trace)
    match trace.ending:
        case Raised(error):
            failed.topic = f"{error.kind} at {failed.line}"
        case Deadlocked() | Livelocked() | Spun():
            failed.topic = f"{type(trace.ending).__name__} at {failed.line}"
    return failed


def _explain(trace: Trace) -> CheckFailed:
    at = trace.elapsed
    match trace.ending:
        case Raised(error):
            return CheckFailed(
                _("it raised {error}", error=error_name(error))
                if len(trace.acts) < 2
                else _(
                    "the run ended with {error}, which none of its calls had raised",
                    error=error_name(error),
                ),
                _line(error),
                advise(error, trace.backend)
                or _about_a_limit(trace, error)
                or _about_what_it_replaced(trace)
                or _line_raises(error),
            )
        case Deadlocked(waits) if at > A_YEAR and any(w.what.kind == "sleep" for w in waits):
            return CheckFailed(
                _(
                    "after {years} years every task is still waiting, and no sleep ends before year {end}.",
                    years=round(at / A_YEAR),
                    end=int(END_OF_TIME / 1e9 / A_YEAR),
                )
                + waits_below(trace, waits),
                _first_line(waits),
                WHO_SHOULD_END_IT,
            )
        case Deadlocked(waits):
            return CheckFailed(
                _(
                    "deadlock after {at:g} s: every task is waiting, and nothing can ever wake any of them.",
                    at=at,
                )
                + waits_below(trace, waits)
                + _raised_before(trace),
                _first_line(waits),
                _about_a_deadlock(trace),
                place=_waited_here(_first(waits)),
            )
        case Livelocked():
            return _explain_livelock(trace, trace.ending)
        case Spun(waits):
            return CheckFailed(
                _(
                    "at {at:g} s, the event loop ran {rounds} rounds without any time passing. Then the "
                    "checker stopped it:",
                    at=at,
                    rounds=f"{MAX_ROUNDS:,}",
                )
                + waits_below(trace, waits),
                _first_line(waits),
                _about_spinning(trace),
                place=_waited_here(_first(waits)),
            )
        case NotRunnable(reason, line):
            return CheckFailed(
                not_runnable(reason),
                line,
                _("fix this first: nothing else can be judged"),
                hopeless=True,
            )
        case Overran(limit, line, met_at):
            advice = _(
                "look for a loop that never ends, or that checks again and again for something it "
                "could wait for"
            )
            if limit == "time in all":
                advice = _("look for what waits or computes for a long time")
            if limit in ("told", "told in all"):
                advice = _(
                    "look for a loop that never ends, and for values that are larger than they need to be"
                )
            return CheckFailed(_overran(limit, met_at), line, advice, costly=trace.ending.costly)
        case Died():
            return CheckFailed(
                _died(trace.ending),
                advice=_("let the function return; the checker ends the process"),
            )
        case Misbehaved(how, detail):
            what = (
                _("a call of {method}(), which is no method of a service", method=detail)
                if how == "method"
                else detail
            )
            return CheckFailed(
                _("it sent the checker what no exercise sends: {what}", what=what),
                advice=_("use no file and no socket that your program has not opened itself"),
            )
        case Stopped():
            return CheckFailed(_("it ended because it was cancelled"))
        case Paused():
            return CheckFailed(_("the checker stopped it here, for somebody to look at"))
        case Returned():
            return CheckFailed(_("it returned without an error, where one was due"))


def _overran(limit: Limit, at: float) -> str:
    """Which limit it met."""
    match limit:
        case "killed":
            return _(
                "it was killed (SIGKILL), probably because it computed for more than {limit} s in total",
                limit=TOTAL_SECONDS,
            )
        case "silent":
            return _(
                "it has not let the event loop run since {since:g} s: it computed for {computing} s without "
                "a pause, or waited {silent} s for something outside its world",
                since=at,
                computing=CPU_SECONDS,
                silent=SILENT_SECONDS,
            )
        case "time":
            return _(
                "it was still going after {limit} s on the real clock, at {elapsed:,.1f} s of its own",
                limit=RUN_SECONDS,
                elapsed=at,
            )
        case "time in all":
            return _("all its runs together took too long, in real seconds, not in virtual ones")
        case "steps":
            return _(
                "it was still going after {steps:,} steps (replies and timers), at {elapsed:,.1f} s",
                steps=MAX_STEPS,
                elapsed=at,
            )
        case "calls":
            return _("it had more than {limit:,} calls under way at a time", limit=MAX_PENDING)
        case "events":
            return _("it did more than {limit:,} things worth recording", limit=MAX_EVENTS)
        case "printed":
            return _("it printed more than {limit} KiB", limit=MAX_PRINTED >> 10)
        case "told":
            return _(
                "what it told the checker takes more than {limit} MiB of memory",
                limit=MAX_TOLD >> 20,
            )
        case "told in all":
            return _(
                "what all its runs together told the checker takes more than {limit} MiB of memory",
                limit=MAX_TOLD_IN_ALL >> 20,
            )


def _died(died: Died) -> str:
    if died.signal is not None:
        known = died.signal in {known.value for known in signal.Signals}
        name = (
            signal.Signals(died.signal).name if known else _("signal {number}", number=died.signal)
        )
        return _("its process was ended by {signal}", signal=name)
    if died.code is not None:
        return _("it ended its own process (exit code {code})", code=died.code)
    return _("nothing was run")


def _line_raises(error: ErrorTree) -> str:
    line = _line(error)
    if line is None:
        return _("find out where this error comes from, and fix that first")
    return _(
        "find out why line {line} raises this, and fix that first",
        line=line,
    )


def _about_a_limit(trace: Trace, error: ErrorTree) -> str | None:
    """What to try where a time limit of the learner's ran out, if it raised the error or gave up a call."""
    alone = any(leaf.kind == "TimeoutError" and not leaf.call for leaf in leaves(error))
    gave_up = any(isinstance(cause, OwnTimeout) for cause in find_causes(trace))
    return A_LIMIT_OF_YOURS if gave_up or (alone and trace.watched.timeouts) else None


def _about_what_it_replaced(trace: Trace) -> str | None:
    """What to try where an error came up while that of a call was dealt with."""
    for cause in find_causes(trace):
        if isinstance(cause, ReplacedError):
            return _(
                "line {line} raised this in place of the error of {method}(): should that one have come out itself, "
                "or been dealt with?",
                line=cause.error.line,
                method=cause.call.method,
            )
    return None


def advice_about(cause: Cause) -> str | None:
    """What to try where a cause is proved, whatever it was that failed for it."""
    match cause:
        case OwnTimeout():
            return A_LIMIT_OF_YOURS
        case TookTurns(is_kept=True):
            return GIVE_IT_BACK
        case TookTurns(wait) if wait.what.kind == "lock":
            return HOLD_IT_FOR_LESS
        case TookTurns():
            return LETS_IN_TOO_FEW
        case Polling(call=Call()):
            return DO_NOT_LOOK_AGAIN
    return None


def _raised_before(trace: Trace) -> str:
    """Which calls had ended with an error when nothing could go on any more: others may wait for them."""
    rows = [
        _(
            "Before that, at {at:g} s, {function}() had raised {error}",
            function=act.function,
            error=error_in_brief(act.ending.error),
            at=act.ended,
        )
        for act in trace.acts
        if isinstance(act.ending, Raised)
    ]
    return "".join(f"\n{row}" for row in rows[:MAX_RAISED])


def _about_a_deadlock(trace: Trace) -> str:
    """What to try where nothing can go on: how to break what is proved, or else where to look."""
    cause = next(iter(find_causes(trace)), None)
    match cause:
        case LeakedPermit():
            return _(
                "give a permit back on every way out: when all goes well, after an error, and after a cancellation"
            )
        case Circle(waits) if len(waits) > 1 and all(wait.what.kind == "lock" for wait in waits):
            return _(
                "in what order does each of these tasks take its locks, and what does it hold while it waits for "
                "the next?"
            )
    return WHO_SHOULD_END_IT


def _about_spinning(trace: Trace) -> str:
    """What to try where the event loop never rests: let the cancellation out that is swallowed, or else
    find what never waits."""
    if any(isinstance(cause, SwallowedCancellation) for cause in find_causes(trace)):
        return _("raise the cancellation again at the end of that `except`, or do not catch it")
    return _(
        "find what goes on again and again without waiting for anything, and let it wait for what must "
        "happen: an event, a lock, a sleep"
    )


def _explain_livelock(trace: Trace, ending: Livelocked) -> CheckFailed:
    since = ending.since
    in_turn = [wait for last in ending.waits for wait in _in_turn(last, trace, since)]
    # A task that waits for its own children, or sleeps, is not what keeps the others from going on.
    held = [wait for wait in in_turn if wait.what.kind not in ("sleep", "children")]
    holding = {wait.task for wait in held}
    tries_again = sum(wait.task in holding for wait in in_turn) > len(held)
    given_up = sorted(
        {
            call.method
            for call in trace.calls
            if call.outcome == "cancelled"
            and ((call.ended or 0.0) if ending.until is not None else call.started) > since
        }
    )
    if given_up:
        came = ngettext(
            "{calls} was begun and given up again and again",
            "{calls} were begun and given up again and again",
            len(given_up),
            calls=listed([f"{method}()" for method in given_up]),
        )
    else:
        came = _("nothing came of it")
    if given_up and all(wait.what.kind == "reply" for wait in held):
        advice = _("a call that is given up never happens: wait for its reply as long as it takes")
    elif tries_again:
        advice = _(
            "giving up and trying again changes nothing here; {what}", what=WHO_SHOULD_END_IT
        )
    elif held:
        advice = WHO_SHOULD_END_IT
    else:
        advice = _(
            "find the loop around that sleep: what should end it, and why does that never happen?"
        )
    name = _("livelock") if held or given_up else _("an endless loop")
    if ending.until is not None:
        seen = _(
            "{livelock}: at {until:g} s everything is exactly as it was at {since:g} s, so what happened in "
            "between repeats for ever, and {came}:",
            livelock=name,
            since=since,
            until=ending.until,
            came=came,
        )
    else:
        seen = _(
            "{livelock}: since {since:g} s, timers have gone off {times} times, and {came}. Again and "
            "again:",
            livelock=name,
            since=since,
            times=f"{ending.steps:,}",
            came=came,
        )
    # A call that is answered in each round keeps nobody from going on.
    answered = {
        (call.task, call.line)
        for call in trace.calls
        if call.done and call.ended is not None and call.ended > since
    }
    never_over = [
        wait for wait in held if wait.what.kind != "reply" or (wait.task, wait.line) not in answered
    ]
    sleeps = [wait for wait in in_turn if wait.what.kind == "sleep"]
    first = _first(never_over) or _first(held) or _first(sleeps)
    return CheckFailed(
        seen + waits_below(trace, in_turn),
        first.line if first is not None else None,
        advice,
        place=_waited_here(first),
    )


def _in_turn(last: Wait, trace: Trace, since: float) -> list[Wait]:
    """What a task waited for in a livelock, one after the other, sleeps at the end; of a thread, and
    if nobody watched, the `last` of it."""
    if last.is_thread:
        return [last]
    waits = [
        w for w in trace.watched.waits if w.task == last.task and not w.thread and w.at > since
    ]
    turns = dict.fromkeys((wait.line, wait.what) for wait in waits)
    found = [Wait(last.who, last.task, line, what) for line, what in turns]
    return sorted(found, key=lambda wait: wait.what.kind == "sleep") or [last]


def remarks(trace: Trace, seen: str) -> list[str]:
    """What else a learner wants to know of a run that failed a check, if it was not `seen` already:
    which calls were never made, and coroutines that were never awaited."""
    more = _unreached(trace)
    alike = Counter((warning.text, warning.line) for warning in trace.warnings)
    for (text, line), times in [*alike.items()][:MAX_WARNINGS]:
        if text not in seen:
            where = _(" (line {line})", line=line) if line is not None else ""
            often = _(", {times} times", times=times) if times > 1 else ""
            more.append(
                _("Python warned: {text}{where}{often}", text=text, where=where, often=often)
            )
    return more


def prints(trace: Trace) -> list[str]:
    """The first lines that a run printed, with when it did."""
    lines = [
        f"{printed.at:g} s: {line}"[:MAX_LINE]
        for printed in trace.prints
        for line in printed.text.splitlines()
    ]
    so_far = [*accumulate(map(len, lines))]
    many = max(1, min(MAX_LINES, bisect_right(so_far, MAX_PRINTS)))
    if rest := len(lines[many:]):
        lines[many:] = [ngettext("and {number} line more", "and {number} lines more", rest)]
    return lines


def _unreached(trace: Trace) -> list[str]:
    """Which calls were made, if some that could have been made were not."""
    made = Counter(call.method for call in trace.calls)
    known = {method for service in trace.services for method in type(service)._methods}
    never = sorted(known - made.keys())
    if not never or not isinstance(trace.ending, Returned) or trace.cancelled_at is not None:
        return []
    if any(isinstance(act.ending, Raised) for act in trace.acts):
        return []  # What was raised kept it from going on.
    times = [
        ngettext("{method}() once", "{method}() {number} times", n, method=method)
        for method, n in sorted(made.items())
    ]
    one, *others = calls = [f"{method}()" for method in never]
    if not times:
        return [_("{methods} never ran", methods=listed(calls))]
    none = (
        _("{names} or {last}", names=", ".join([one, *others[:-1]]), last=others[-1])
        if others
        else one
    )
    if len(trace.acts) > 1:
        return []  # Nobody knows here which of them should have made it.
    return [_("It called {calls}, and never called {methods}", calls=listed(times), methods=none)]


def _line(error: ErrorTree) -> int | None:
    """The line of the first error that has one, from the inside out."""
    for child in error.children:
        if (line := _line(child)) is not None:
            return line
    return error.line


def _first(waits: Sequence[Wait]) -> Wait | None:
    # A task that could run at any time goes round and round. One that waits for its own children is
    # a consequence: what they wait for is the cause.
    placed = [wait for wait in waits if wait.line is not None]
    turns = [wait for wait in placed if wait.what.kind == "turn"]
    causes = [wait for wait in placed if wait.what.kind != "children"]
    return next(iter(turns or causes or placed), None)


def _first_line(waits: Sequence[Wait]) -> int | None:
    first = _first(waits)
    return first.line if first is not None else None


def _waited_here(first: Wait | None) -> str:
    return _("{task} waited here", task=waiter(first)) if first is not None else ""


def advise(error: ErrorTree, backend: str) -> str | None:
    """What to try about an error whose reason the kit knows. It knows nothing of one that a service raised:
    that came from outside, whatever its kind."""
    leaf = error
    while leaf.children:
        leaf = leaf.children[0]
    if leaf.call:
        return None
    if backend == "trio" and is_of_asyncio(leaf):
        if leaf.asyncio in _INSTEAD:
            return _(
                "in place of asyncio.{name}, which works in asyncio's event loop alone, use {instead}",
                name=leaf.asyncio,
                instead=_INSTEAD[leaf.asyncio],
            )
        if leaf.asyncio:
            return _(
                "do without asyncio.{name}, which works in asyncio's event loop alone: see what AnyIO has",
                name=leaf.asyncio,
            )
        return _(
            "asyncio's functions need asyncio's event loop, and this is trio's: see what AnyIO has"
        )
    if backend == "asyncio" and re.search(_TRIO_ALONE, leaf.message):
        return _(
            "trio's functions need trio's event loop, and this is asyncio's: see what AnyIO has"
        )
    for pattern, advice in _ADVICE:
        if re.search(pattern, f"{leaf.kind}: {leaf.message}"):
            return advice
    return None


def difference(trace: Trace, *, is_by_order: bool) -> str | None:
    """What the kit can prove of why a run fails on its backend alone."""
    if trace.backend != "trio":
        return None
    if is_by_order:
        return _(
            "asyncio runs tasks in the order in which they became ready, trio in a random one; if "
            "those that were started first run first, this run passes on trio too"
        )
    passed_by = next((each for each in trace.watched.passed_by if each.line is not None), None)
    if passed_by is not None:
        return _(
            "trio does not cancel with asyncio.CancelledError, so a cancellation passed the `except` at line "
            "{line}; anyio.get_cancelled_exc_class() returns what the running backend cancels with",
            line=passed_by.line,
        )
    return None


_TRIO_ALONE = r"outside of a run context|must be called from async context"
"""What trio says where it does not run."""

_INSTEAD = {
    "gather": _("a task group, and start_soon for each call"),
    "create_task": _("a task group: its start_soon"),
    "ensure_future": _("a task group: its start_soon"),
    "TaskGroup": _("anyio.create_task_group()"),
    "wait_for": _("anyio.fail_after or anyio.move_on_after"),
    "timeout": _("anyio.fail_after or anyio.move_on_after"),
    "shield": _("anyio.CancelScope(shield=True)"),
    "to_thread": _("anyio.to_thread.run_sync"),
    "get_running_loop": _("anyio: to_thread.run_sync for threads, a task group for tasks"),
    "get_event_loop": _("anyio: to_thread.run_sync for threads, a task group for tasks"),
    "sleep": _("anyio.sleep"),
    "Lock": _("anyio.Lock"),
    "Event": _("anyio.Event"),
    "Condition": _("anyio.Condition"),
    "Semaphore": _("anyio.Semaphore"),
    "BoundedSemaphore": _("anyio.Semaphore"),
    "Queue": _("anyio.create_memory_object_stream()"),
}
"""What AnyIO has in place of some of asyncio's functions and classes."""

_ADVICE = (
    (
        r"RuntimeError: (Attempted to exit (a )?cancel scope|Cancel scope stack corrupted)",
        _(
            "a cancel scope, and whatever has one inside, such as a task group, must be left by the task that "
            "entered it, and before anything that this task had entered earlier"
        ),
    ),
    (
        r"'coroutine' object is not callable",
        _(
            "pass the function itself, followed by its arguments: start_soon(f, x), not start_soon(f(x))"
        ),
    ),
    (
        r"'coroutine'|coroutine object",
        _(
            "calling an `async def` function returns a coroutine: write `await` before that call to get its "
            "result"
        ),
    ),
    (
        r"object is not callable",
        _("pass the function itself, followed by its arguments, and not what it returned"),
    ),
    (r"does not support the context manager protocol", _("write `async with`")),
    (
        r"can't be (used in 'await' expression|awaited)",
        _(
            "what you await there is not a coroutine: remove the `await`, or call the function you meant"
        ),
    ),
    (
        r"from a running event loop|Already running|inside itself|bad yield",
        _("an event loop is already running: await what you want to run"),
    ),
    (
        r"inside an AnyIO worker thread",
        _(
            "without a token, anyio.from_thread works only in the threads that anyio.to_thread starts; in the event "
            "loop's own thread there is no need for it"
        ),
    ),
    (
        r"Not currently running on any asynchronous event loop|must be called from async context",
        _(
            "what belongs to an event loop works in its own thread alone: from another one, let the loop make the call, "
            "through anyio.from_thread"
        ),
    ),
    (
        r"the task has not finished yet",
        _("read what a task returned after its task group has ended"),
    ),
    (
        r"'(int|float)' object has no attribute 'acquire",
        _("a number limits nothing: use an anyio.CapacityLimiter that was made with it, once"),
    ),
    (
        r"'(int|float)' object does not support the asynchronous context manager protocol",
        _("a number limits nothing: use an anyio.CapacityLimiter that was made with it, once"),
    ),
    (
        r"^TrioInternalError",
        _("a system task of trio's brings all of trio down when it fails: use a task group"),
    ),
    (
        r"^UnboundLocalError",
        _(
            "on this path the name has not been given a value, or no longer has one: follow where it is assigned, "
            "and mind that the name after `as` is gone when its `except` ends"
        ),
    ),
    (
        r"^NameError",
        _(
            "this name is neither imported nor given a value: look for a typo, for a line that is missing before "
            "this one, or for a missing `import`"
        ),
    ),
    (
        r"^AssertionError",
        _("this `assert` failed: does the brief promise what the `assert` takes for granted?"),
    ),
    (
        r"^ClosedResourceError",
        _(
            "this end of the stream was closed before: a task that closes the end it uses, by an `async with` or a "
            "`with`, needs a clone() of its own"
        ),
    ),
    (
        r"already held Lock",
        _(
            "a task that takes a lock which it has already would wait for itself: take it once, around all that "
            "needs it"
        ),
    ),
    (
        r"Owner of this lock exited without releasing",
        _(
            "the task that had this lock ended without giving it back: release a lock on every way out, as "
            "`async with` does"
        ),
    ),
    (
        r"^BrokenResourceError",
        _(
            "nobody is left to receive: the other end of the stream was closed, or its task has ended"
        ),
    ),
    (
        r"^WouldBlock",
        _(
            "a call that ends in `_nowait` never waits: it raises this where it would have to. Make room for whatever "
            "may come, or await the call without `_nowait`"
        ),
    ),
    (r"^EOFError", _("take the call of input() out")),
    (
        r"^BdbQuit",
        _(
            "take the breakpoint out, as nobody can type here; `checker try` plays the exercise where a debugger works"
        ),
    ),
    (
        r"^(SystemExit|KeyboardInterrupt)",
        _("return from the function instead of ending the program"),
    ),
    (
        r"^MemoryError",
        _(
            "a run may use {size} GiB of memory; look for what grows without end",
            size=MEMORY >> 30,
        ),
    ),
)
"""What to try about errors that many learners meet, by what `kind: message` looks like."""
