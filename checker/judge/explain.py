"""Endings, in words for a learner: what was seen, and what to try next."""

import re
from collections import Counter
from collections.abc import Sequence

from checker.judge.causes import OwnTimeout, find_causes
from checker.judge.errors import is_of_asyncio, leaves
from checker.judge.trace import (
    Deadlocked,
    Died,
    ErrorTree,
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
from checker.judge.words import error_name, listed, waits_below
from checker.translation import _, ngettext
from checker_sandbox.wire.limits import MAX_ROUNDS, MEMORY

WHO_SHOULD_END_IT = _("for each wait above, ask what should end it, and why that does not happen")

MAX_WARNINGS = 3
MAX_LINES = 8
MAX_LINE = 200


class CheckFailed(Exception):
    """A submission did not do what a check asks for.

    `line` is the line of the learner's file that the message is about; `advice` is what to try.
    A `hopeless` one would be the same for every check on every backend; a `costly` one took all the
    real time that a run is given. Where nothing was `tried`, there is no other reason than that. Two
    with the same `topic` tell of the same trouble, maybe with other numbers; usually it is the message.
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
    ) -> None:
        super().__init__(message)
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
                _("it raised {error}", error=error_name(error)),
                _line(error),
                advise(error, trace.backend)
                or _about_a_limit(trace, error)
                or _("first get it to run without this error"),
            )
        case Deadlocked(waits):
            return CheckFailed(
                _(
                    "deadlock after {at:g} s: every task is waiting, and nothing can ever wake any of them.",
                    at=at,
                )
                + waits_below(trace, waits),
                _first_line(waits),
                WHO_SHOULD_END_IT,
            )
        case Livelocked():
            return _explain_livelock(trace, trace.ending)
        case Spun(waits):
            return CheckFailed(
                _(
                    "the event loop ran {rounds} rounds, {at:g} s in, and never let time pass: a task "
                    "goes round in a loop that checks something again and again instead of waiting "
                    "for it.",
                    rounds=f"{MAX_ROUNDS:,}",
                    at=at,
                )
                + waits_below(trace, waits),
                _first_line(waits),
                _(
                    "wait for what must happen (an event, a lock, a sleep), and let a cancellation out "
                    "of the loop"
                ),
            )
        case NotRunnable(reason, line):
            return CheckFailed(
                reason, line, _("mend this first: nothing else can be judged"), hopeless=True
            )
        case Overran(what, line, costly):
            advice = _(
                "look for a loop that never ends, or that checks again and again for something it "
                "could wait for"
            )
            return CheckFailed(what, line, advice, costly=costly)
        case Died(how, line):
            return CheckFailed(
                how, line, _("let the function return; the checker ends the process")
            )
        case Misbehaved(what):
            return CheckFailed(_("it sent the checker what no exercise sends: {what}", what=what))
        case Stopped():
            return CheckFailed(_("it ended because it was cancelled"))
        case Paused():
            return CheckFailed(_("the checker stopped it here, for somebody to look at"))
        case Returned():
            return CheckFailed(_("it returned without an error, where one was due"))


def _about_a_limit(trace: Trace, error: ErrorTree) -> str | None:
    """What to try where a time limit of the learner's ran out, if it raised the error or gave up a call."""
    alone = any(leaf.kind == "TimeoutError" and not leaf.call for leaf in leaves(error))
    gave_up = any(isinstance(cause, OwnTimeout) for cause in find_causes(trace))
    if gave_up or (alone and trace.watched.timeouts):
        return _("a time limit of yours ran out: does the brief ask for it?")
    return None


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
        seen = ngettext(
            "{livelock}: at {until:g} s everything is exactly as it was at {since:g} s, so the {number} "
            "step in between repeats for ever, and {came}:",
            "{livelock}: at {until:g} s everything is exactly as it was at {since:g} s, so the {number} "
            "steps in between repeat for ever, and {came}:",
            ending.steps,
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
    return CheckFailed(
        seen + waits_below(trace, in_turn),
        _first_line(held) or _first_line([wait for wait in in_turn if wait.what.kind == "sleep"]),
        advice,
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
    if len(lines) > MAX_LINES:
        rest = len(lines) - MAX_LINES
        lines[MAX_LINES:] = [ngettext("and {number} line more", "and {number} lines more", rest)]
    return lines


def _unreached(trace: Trace) -> list[str]:
    """Which calls were made, if some that could have been made were not."""
    made = Counter(call.method for call in trace.calls)
    known = {method for service in trace.services for method in type(service)._methods}
    never = sorted(known - made.keys())
    if not never or not isinstance(trace.ending, Returned) or trace.cancelled_at is not None:
        return []
    times = [
        ngettext("{method}() once", "{method}() {number} times", n, method=method)
        for method, n in sorted(made.items())
    ]
    one, *others = [f"{method}()" for method in never]
    none = (
        _("{names} or {last}", names=", ".join([one, *others[:-1]]), last=others[-1])
        if others
        else one
    )
    if not times:
        return [_("It never called {methods}", methods=none)]
    return [_("It called {calls}, and never called {methods}", calls=listed(times), methods=none)]


def _line(error: ErrorTree) -> int | None:
    """The line of the first error that has one, from the inside out."""
    for child in error.children:
        if (line := _line(child)) is not None:
            return line
    return error.line


def _first_line(waits: Sequence[Wait]) -> int | None:
    # A task that could run at any time goes round and round. One that waits for its own children is
    # a consequence: what they wait for is the cause.
    lines = [wait.line for wait in waits if wait.line is not None]
    turns = [wait.line for wait in waits if wait.line is not None and wait.what.kind == "turn"]
    causes = [w.line for w in waits if w.line is not None and w.what.kind != "children"]
    return next(iter(turns or causes or lines), None)


def advise(error: ErrorTree, backend: str) -> str | None:
    """What to try about an error whose reason the kit knows."""
    leaf = error
    while leaf.children:
        leaf = leaf.children[0]
    if backend == "trio" and is_of_asyncio(leaf):
        if leaf.asyncio:
            return _("use what AnyIO has in place of asyncio.{name}", name=leaf.asyncio)
        return _("what asyncio has needs asyncio's event loop, and this is trio; use AnyIO's")
    for pattern, advice in _ADVICE:
        if re.search(pattern, f"{leaf.kind}: {leaf.message}"):
            return advice
    return None


def difference(trace: Trace, source: bytes, *, is_by_order: bool) -> str | None:
    """What the kit can prove of why a run fails on its backend alone."""
    if trace.backend != "trio":
        return None
    if is_by_order:
        return _(
            "asyncio runs tasks in the order in which they became ready, trio in a random one; if "
            "those that were started first run first, this run passes on trio too"
        )
    was_cancelled = any(not struck.kind for struck in trace.watched.struck)
    if was_cancelled and b"asyncio.CancelledError" in source:
        return _(
            "trio does not cancel with asyncio.CancelledError; anyio.get_cancelled_exc_class() "
            "returns what the running backend cancels with"
        )
    return None


_ADVICE = (
    (
        r"'coroutine' object is not callable",
        _(
            "hand over the function, and its arguments behind it: start_soon(f, x), not start_soon(f(x))"
        ),
    ),
    (
        r"object is not callable",
        _("hand over the function itself, and its arguments behind it, not what it returned"),
    ),
    (r"does not support the context manager protocol", _("write `async with`")),
    (
        r"can't be (used in 'await' expression|awaited)",
        _("what is awaited there is no coroutine: take the `await` away, or call what was meant"),
    ),
    (
        r"from a running event loop|Already running|inside itself|bad yield",
        _("an event loop runs already, on this backend: await what you want to run"),
    ),
    (
        r"the task has not finished yet",
        _("read what a task returned after its task group has ended"),
    ),
    (r"^EOFError", _("take the call of input() out")),
    (r"^BdbQuit", _("take the breakpoint out")),
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
