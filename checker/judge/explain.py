"""Endings, in words for a learner: what was seen, and what to try next."""

import re
from collections import Counter
from collections.abc import Sequence

from checker.judge.trace import (
    Deadlocked,
    Died,
    ErrorTree,
    Livelocked,
    Misbehaved,
    NotRunnable,
    Overran,
    Raised,
    Returned,
    Spun,
    Stopped,
    Trace,
    Wait,
)
from checker.judge.words import error_name, waits_below
from checker_sandbox.wire.limits import MAX_ROUNDS, MEMORY

WHO_SHOULD_END_IT = "for each wait above, ask what should end it, and why that does not happen"

MAX_WARNINGS = 3
MAX_LINES = 8
MAX_LINE = 200


class CheckFailed(Exception):
    """A submission did not do what a check asks for.

    `line` is the line of the learner's file that the message is about; `advice` is what to try.
    A `hopeless` one would be the same for every check on every backend; a `costly` one took all the
    real time that a run is given. Where nothing was `tried`, there is no other reason than that.
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
    ) -> None:
        super().__init__(message)
        self.tried = tried
        self.hopeless = hopeless
        self.costly = costly
        self.message = message
        self.line = line
        self.advice = advice


def explain(trace: Trace) -> CheckFailed:
    """Why a run that should have returned a value did not."""
    after = f"{trace.elapsed:g} s in"
    match trace.ending:
        case Raised(error):
            return CheckFailed(
                f"it raised {error_name(error)}",
                _line(error),
                advise(error, trace.backend) or "make it run without that error first",
            )
        case Deadlocked(waits):
            return CheckFailed(
                f"deadlock, {after}: every task waits, and nothing can ever wake one."
                + waits_below(trace, waits),
                _first_line(waits),
                WHO_SHOULD_END_IT,
            )
        case Livelocked():
            return _explain_livelock(trace, trace.ending)
        case Spun(waits):
            return CheckFailed(
                f"the event loop ran {MAX_ROUNDS:,} rounds, {after}, and never let time pass: a task goes "
                "round in a loop that checks something again and again instead of waiting for it."
                + waits_below(trace, waits),
                _first_line(waits),
                "wait for what must happen (an event, a lock, a sleep), and let a cancellation out "
                "of the loop",
            )
        case NotRunnable(reason, line):
            return CheckFailed(
                reason, line, "mend this first: nothing else can be judged", hopeless=True
            )
        case Overran(what, line, costly):
            return CheckFailed(f"it {what}", line, "look for a loop that never ends", costly=costly)
        case Died(how, line):
            return CheckFailed(how, line, "let the function return; the checker ends the process")
        case Misbehaved(what):
            return CheckFailed(f"it sent the checker what no exercise sends: {what}")
        case Stopped():
            return CheckFailed("it ended because it was cancelled")
        case Returned():
            return CheckFailed("it returned without an error, where one was due")


def _explain_livelock(trace: Trace, ending: Livelocked) -> CheckFailed:
    since = ending.since
    in_turn = [wait for last in ending.waits for wait in _in_turn(last, trace, since)]
    # A task that waits for its own children, or sleeps, is not what keeps the others from going on.
    held = [wait for wait in in_turn if wait.what.kind not in ("sleep", "children")]
    holding = {wait.task for wait in held}
    tries_again = sum(wait.task in holding for wait in in_turn) > len(held)
    given_up = sorted({call.method for call in trace.calls if call.started > since})
    if given_up:
        calls = " and ".join(f"{method}()" for method in given_up)
        came = (
            f"{calls} {'was' if len(given_up) == 1 else 'were'} begun and given up again and again"
        )
    else:
        came = "nothing came of it"
    if given_up and all(wait.what.kind == "reply" for wait in held):
        advice = "a call that is given up never happens: wait for its reply as long as it takes"
    elif tries_again:
        advice = f"giving up and trying again changes nothing here; {WHO_SHOULD_END_IT}"
    elif held:
        advice = WHO_SHOULD_END_IT
    else:
        advice = (
            "find the loop around that sleep: what should end it, and why does that never happen?"
        )
    return CheckFailed(
        f"{'livelock' if held or given_up else 'an endless loop'}, {trace.elapsed:g} s in: since "
        f"{since:g} s, timers have gone off {ending.steps:,} times, and {came}. Again and again:"
        + waits_below(trace, in_turn),
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
    for warning in trace.warnings[:MAX_WARNINGS]:
        if warning.text not in seen:
            where = f" (line {warning.line})" if warning.line is not None else ""
            more.append(f"Python warned: {warning.text}{where}")
    return more


def prints(trace: Trace) -> list[str]:
    """The first lines that a run printed, with when it did."""
    lines = [
        f"{printed.at:g} s: {line}"[:MAX_LINE]
        for printed in trace.prints
        for line in printed.text.splitlines()
    ]
    if len(lines) > MAX_LINES:
        lines[MAX_LINES:] = [f"and {len(lines) - MAX_LINES} lines more"]
    return lines


def _unreached(trace: Trace) -> list[str]:
    """Which calls were made, if some that could have been made were not."""
    made = Counter(call.method for call in trace.calls)
    known = {method for service in trace.services for method in type(service)._methods}
    never = sorted(known - made.keys())
    if not never or not isinstance(trace.ending, Returned):
        return []
    times = [
        f"{method}() {'once' if n == 1 else f'{n} times'}" for method, n in sorted(made.items())
    ]
    never_called = f"never called {' or '.join(f'{method}()' for method in never)}"
    if not times:
        return [f"It {never_called}"]
    return [f"It called {' and '.join(times)}, and {never_called}"]


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
    if backend == "trio" and re.search("no (running|current) event loop", leaf.message):
        return "asyncio's own functions need asyncio's event loop, and this is trio; use AnyIO's"
    if backend == "trio" and "has no attribute 'create_future'" in leaf.message:
        return "asyncio's locks and events need asyncio's event loop, and this is trio; use AnyIO's"
    if backend == "trio" and "unrecognized yield message" in leaf.message:
        return "something from asyncio was awaited, and this is trio; use what AnyIO has for it"
    for pattern, advice in _ADVICE:
        if re.search(pattern, f"{leaf.kind}: {leaf.message}"):
            return advice
    return None


def difference(trace: Trace, source: bytes, *, is_by_order: bool) -> str | None:
    """What the kit can prove of why a run fails on its backend alone."""
    if trace.backend != "trio":
        return None
    if is_by_order:
        return (
            "asyncio runs tasks in the order in which they became ready, trio in a random one; if "
            "those that were started first run first, this run passes on trio too"
        )
    was_cancelled = any(not struck.kind for struck in trace.watched.struck)
    if was_cancelled and b"asyncio.CancelledError" in source:
        return (
            "asyncio.CancelledError is not what trio cancels with; "
            "anyio.get_cancelled_exc_class() is what the running backend does"
        )
    return None


_ADVICE = (
    (
        r"'coroutine' object is not callable",
        "hand over the function, and its arguments behind it: start_soon(f, x), not start_soon(f(x))",
    ),
    (
        r"object is not callable",
        "hand over the function itself, and its arguments behind it, not what it returned",
    ),
    (r"does not support the context manager protocol", "write `async with`"),
    (
        r"can't be (used in 'await' expression|awaited)",
        "what is awaited there is no coroutine: take the `await` away, or call what was meant",
    ),
    (
        r"from a running event loop|Already running|inside itself|bad yield",
        "an event loop runs already, on this backend: await what you want to run",
    ),
    (r"the task has not finished yet", "read what a task returned after its task group has ended"),
    (r"^EOFError", "take the call of input() out"),
    (r"^BdbQuit", "take the breakpoint out"),
    (r"^(SystemExit|KeyboardInterrupt)", "return from the function instead of ending the program"),
    (
        r"^MemoryError",
        f"a run may use {MEMORY >> 30} GiB of memory; look for what grows without end",
    ),
)
"""What to try about errors that many learners meet, by what `kind: message` looks like."""
