"""One run of a submission, as a check looks at it: what it did, and what should have been."""

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn, Protocol

from checker.judge.acts import Act
from checker.judge.calls import Calls, is_later, same_time
from checker.judge.errors import is_in, leaves
from checker.judge.explain import CheckFailed, advise, explain
from checker.judge.trace import (
    Blocked,
    Call,
    Deadlocked,
    ErrorTree,
    Printed,
    Raised,
    Returned,
    Stopped,
    Task,
    Trace,
    Wait,
    Warned,
    most_in_flight,
)
from checker.judge.words import awaited, counted, error_name, holding, plain_name
from checker.translation import _, ngettext


class Located(Protocol):
    """Something with a line in the learner's file: a call, a blocked stretch, an error, ..."""

    @property
    def line(self) -> int | None: ...


class Run:
    """What one run of a submission did. All times are virtual seconds since it began."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._error_expected = False
        self._calls = Calls(trace.calls, self.expect)

    # --- how it ended ---

    @property
    def value(self) -> Any:
        """The returned value, as plain data (a tuple arrives as a list). Fails the check if the
        function did not return."""
        if not isinstance(self.trace.ending, Returned):
            raise explain(self.trace)
        return self.trace.ending.value

    @property
    def error(self) -> ErrorTree | None:
        """The exception that the function raised, or None if it did not raise: `kind`, `message`, `line`,
        and for an exception group `children`."""
        return self.trace.ending.error if isinstance(self.trace.ending, Raised) else None

    @property
    def errors(self) -> list[ErrorTree]:
        """The exceptions that are no groups, of `error` and inside it, from left to right."""
        return list(leaves(self.error)) if self.error is not None else []

    def heard(self, call: Call) -> bool:
        """Whether the very exception with which `call` failed came out of the function, alone or
        anywhere inside a group. A copy of it does not count, nor does one that was raised from it."""
        return is_in(call, self.errors)

    @property
    def was_cancelled(self) -> bool:
        """Whether the function let itself be cancelled by `cancel_after`."""
        return isinstance(self.trace.ending, Stopped)

    @property
    def is_deadlocked(self) -> bool:
        """Whether it came to where nothing could ever happen again. Only after `observe`: everything
        else fails the check then."""
        return isinstance(self.trace.ending, Deadlocked)

    @property
    def elapsed(self) -> float:
        """How long the run took, in virtual seconds, to its end or to where it was ended."""
        return self.trace.elapsed

    # --- what it did ---

    @property
    def calls(self) -> Calls:
        """Every call of a service, in the order of arrival."""
        return self._calls

    def calls_to(self, method: str) -> Calls:
        """The calls of the method of this name, of any service, in the order of arrival."""
        return self._calls.where(lambda call: call.method == method)

    def most_in_flight(self, method: str | None = None) -> int:
        """How many calls were under way at the same time, at the most: of the method of this name, or of
        all of them."""
        return most_in_flight(
            call for call in self.trace.calls if method is None or call.method == method
        )

    # --- what the sandbox says it saw: no point should depend on one of these alone ---

    @property
    def blocked(self) -> list[Blocked]:
        """Stretches in which the event loop's own thread waited and no task could run."""
        return self.trace.blocked

    @property
    def prints(self) -> list[Printed]:
        """What it printed, in order: each has `text`, and `at` in virtual seconds since the run began."""
        return self.trace.prints

    @property
    def warnings(self) -> list[Warned]:
        """Python's warnings of coroutines that were never awaited."""
        return self.trace.warnings

    @property
    def tasks(self) -> list[Task]:
        """The tasks that it started, in order: each has `number`, `name`, `parent`, `started` in virtual
        seconds, and the `line` that started it."""
        return list(self.trace.tasks.values())

    @property
    def tasks_left(self) -> Sequence[Wait]:
        """Tasks that still ran when the function ended: for each, `who` it is, on which `line` it was, and
        `what` it waited for."""
        return self.trace.tasks_left

    @property
    def threads_left(self) -> Sequence[Wait]:
        """Worker threads that still ran when the function ended, told like `tasks_left`."""
        return self.trace.threads_left

    # --- saying what should have been ---

    def expect(
        self,
        condition: object,
        message: str,
        *,
        at: Located | None = None,
        advice: str | None = None,
        together: Iterable[Iterable[Call]] = (),
        late: Call | None = None,
        tells_error: bool = False,
    ) -> None:
        """Fail the check with `message`, about the line of `at`, unless `condition` holds.

        `message` says what was seen and what was expected, with the numbers of this run; `advice`
        says what to try, where that of the check does not fit. If the function raised, the failure
        says that first, since it is the likely cause, unless the message `tells_error` itself.
        `together` are calls that should have been under way at the same time, in groups of those that
        may take turns: if one had to wait for a lock or the like that was held during one of another
        group, the failure says where. `late` is a call that came too late: if its task slept again and
        again before, the failure says so.

        Raises `CheckFailed`, as do all methods whose names begin with `expect`; let it out.
        """
        if condition:
            return
        line = at.line if at is not None else None
        # It is where this was noticed; what caused it may be any other line.
        place = _("{method}() was called here", method=at.method) if isinstance(at, Call) else ""
        if self.error is not None and not self._error_expected and not tells_error:
            message = _(
                "it raised {error}; {message}", error=error_name(self.error), message=message
            )
            if line is None:
                line, place = self.errors[0].line, ""
            advice = advise(self.error, self.trace.backend) or advice
        place = place if line is not None else ""
        raise CheckFailed(
            message,
            line,
            advice,
            place=place,
            together=together,
            late=late,
            about=at if isinstance(at, Call) else None,
        )

    def fail(
        self,
        message: str,
        *,
        at: Located | None = None,
        advice: str | None = None,
        together: Iterable[Iterable[Call]] = (),
        late: Call | None = None,
        tells_error: bool = False,
    ) -> NoReturn:
        """Fail the check, as `expect` does where its condition does not hold."""
        self.expect(
            False,
            message,
            at=at,
            advice=advice,
            together=together,
            late=late,
            tells_error=tells_error,
        )
        raise AssertionError("expect() returned though nothing was as expected")

    def expect_ended_with(self, act: Act, calls: Iterable[Call], *, place: str = "") -> None:
        """Fail the check unless `act` ended at once when it was cancelled from outside, if it was, and
        unless all its `calls` had ended by then. A message begins with `place`."""
        name, cancelled = f"{act.record.function}()", act.record.cancelled_at
        calls = list(calls)
        if cancelled is not None and round(act.ended - cancelled, 6) > 0:
            shielded = [c for c in calls if c.started <= cancelled < (c.ended or cancelled)]
            advice = _(
                "let a cancellation out at once: do not shield what takes time, and do not await it in an "
                "`except` or a `finally`"
            )
            if shielded and not shielded[0].thread:
                advice = _(
                    "let the cancellation reach {method}(): put no shield around it, and let the task that calls it "
                    "belong to a group that is cancelled",
                    method=shielded[0].method,
                )
            self.expect(
                False,
                place
                + _(
                    "{function} was cancelled from outside at {cancelled:g} s, and ended at "
                    "{ended:g} s; it must end at once",
                    function=name,
                    cancelled=cancelled,
                    ended=act.ended,
                )
                + (
                    _(
                        ". Its call {method}() went on until {until:g} s",
                        method=shielded[0].method,
                        until=shielded[0].ended,
                    )
                    if shielded
                    else ""
                ),
                at=shielded[0] if shielded else None,
                advice=advice,
            )
        for call in calls:
            if call.ended is not None and round(call.ended - act.ended, 6) <= 0:
                continue
            self.expect(
                False,
                place
                + _(
                    "{ended} while its call {method}(), begun at {called:g} s, was still under way",
                    ended=_how_ended(act),
                    method=call.method,
                    called=call.started,
                ),
                at=call,
                advice=_("whatever {function} starts, it must wait for, or cancel", function=name),
            )

    def expect_gave_way(
        self, act: Act, calls: Iterable[Call], *, done: object, place: str = ""
    ) -> None:
        """Fail the check unless `act`, which was cancelled from outside, ended at once with all its `calls`, and
        let the cancellation out. It may return if all was `done` at that moment, and if a call has failed, its
        error may come out. A message begins with `place`."""
        calls = list(calls)
        self.expect_ended_with(act, calls, place=place)
        if act.gave_way(calls) or any(call.outcome == "failed" for call in calls):
            return
        cancelled = {"function": f"{act.record.function}()", "at": act.record.cancelled_at}
        if act.error is not None:
            self.fail(
                place
                + _(
                    "{function} was cancelled at {at:g} s, and raised {errors}",
                    errors=act.raised,
                    **cancelled,
                ),
                at=act.errors[0],
                advice=advise(act.errors[0], self.trace.backend)
                or _("let the cancellation out, and raise nothing in its place"),
                tells_error=True,
            )
        self.expect(
            done,
            place
            + _(
                "{function} was cancelled at {at:g} s, before it was done, and returned as if all was well",
                **cancelled,
            ),
            advice=_("let the cancellation out: do not catch it, or raise it again"),
        )

    def expect_heard(
        self, act: Act, failed: Call, calls: Iterable[Call], seen: str, *, advice: str
    ) -> None:
        """Fail the check unless the very error with which a call `failed` came out of `act` at that moment, and
        all its `calls` had ended by then. `seen` says in words that the call failed; `advice` says what to try if
        `act` returned all the same."""
        name, calls = f"{act.record.function}()", list(calls)
        if not act.heard(failed):
            self.fail(
                _(
                    "{seen}; {function} raised {errors} at {ended:g} s",
                    seen=seen,
                    function=name,
                    errors=act.raised,
                    ended=act.ended,
                )
                if act.raised
                else _(
                    "{seen}; {function} returned at {ended:g} s",
                    seen=seen,
                    function=name,
                    ended=act.ended,
                ),
                at=act.errors[0] if act.raised else failed,
                advice=_(
                    "let that very error out, alone or in a group, and raise no other one in its place"
                )
                if act.raised
                else advice,
                tells_error=True,
            )
        if not same_time(act.ended, failed.ended or 0.0):
            kept = [
                call
                for call in calls
                if call.started < act.ended and same_time(call.ended or 0.0, act.ended)
            ]
            self.fail(
                _(
                    "{seen}, and {function} raised that at {ended:g} s",
                    seen=seen,
                    function=name,
                    ended=act.ended,
                )
                + (_("; {method}() went on until then", method=kept[0].method) if kept else ""),
                at=kept[0] if kept else failed,
                advice=_("let the error cancel whatever else is under way, and raise it at once"),
                tells_error=True,
            )
        left = [call for call in calls if call.ended is None or call.ended > act.ended]
        self.expect(
            not left,
            _(
                "{seen}, and {others} went on after {function} had raised it",
                seen=seen,
                others=counted(len(left), "other call"),
                function=name,
            ),
            at=next(iter(left), None),
            advice=_(
                "start whatever runs beside it in the same task group, which cancels it and waits for it"
            ),
            tells_error=True,
        )

    def expect_error(self, kind: str, because: str) -> ErrorTree:
        """Fail the check unless the function raised an error of `kind`, alone or inside a group,
        and return that error. `because` says why it should have."""
        for error in self.errors:
            if error.kind == kind:
                self._error_expected = True
                return error
        if self.error is None:
            raise CheckFailed(
                _(
                    "it returned, and should have raised {kind}: {because}",
                    kind=kind,
                    because=because,
                )
            )
        raise CheckFailed(
            _(
                "it raised {error}, and should have raised {kind}: {because}",
                error=error_name(self.error),
                kind=kind,
                because=because,
            ),
            self.errors[0].line,
            advise(self.error, self.trace.backend),
        )

    def expect_value(self, expected: object, meaning: str = _("the returned value")) -> None:
        """Fail the check unless the function returned exactly `expected`: equal, and of the same
        types all the way down (but for tuples, which count as lists)."""
        if not same(self.value, expected):
            raise CheckFailed(
                _(
                    "{meaning} is {value}, not {expected}",
                    meaning=meaning,
                    value=shown(self.value),
                    expected=shown(expected),
                )
            )

    def expect_elapsed(
        self, expected: float | None = None, because: str = "", *, at_most: float | None = None
    ) -> None:
        """Fail the check unless the run took `expected` virtual seconds; or no more than `at_most`, where
        it may take less: the first to the nanosecond. `because` says why, for the message."""
        limits = {"elapsed": self.elapsed, "because": because}
        if expected is not None and round(self.elapsed * 1e9) != round(expected * 1e9):
            raise CheckFailed(
                _(
                    "it took {elapsed:g} s, not {expected:g} s: {because}",
                    expected=expected,
                    **limits,
                ),
                together=[[call] for call in self.calls] if self.elapsed > expected else (),
            )
        if at_most is not None and is_later(self.elapsed, at_most):
            raise CheckFailed(
                _(
                    "it took {elapsed:g} s, and {at_most:g} s are enough: {because}",
                    at_most=at_most,
                    **limits,
                ),
                together=[[call] for call in self.calls],
            )

    def expect_unblocked(self) -> None:
        """Fail the check if the event loop's thread was ever blocked. The sandbox alone can see that, so a
        check asks for something else as well."""
        if self.blocked:
            worst = max(self.blocked, key=lambda stretch: stretch.length)
            raise CheckFailed(
                _(
                    "{what} held the event loop for {length:g} s, from {started:g} s to {ended:g} s, "
                    "and no task could run meanwhile",
                    what=holding(worst.what),
                    length=worst.length,
                    started=worst.started,
                    ended=worst.ended,
                ),
                worst.line,
            )

    def expect_nothing_left(self) -> None:
        """Fail the check if tasks or threads still ran at the end, or coroutines were never awaited. The
        sandbox alone can see that, so a check asks for something else as well."""
        if self.warnings:
            raise CheckFailed(self.warnings[0].text, self.warnings[0].line)
        if left := self.tasks_left:
            first = left[0]
            raise CheckFailed(
                ngettext(
                    "a task still ran when the function ended: {first}, which was waiting for {awaited}",
                    "{number} tasks still ran when the function ended; the first, {first}, was "
                    "waiting for {awaited}",
                    len(left),
                    first=plain_name(first),
                    awaited=awaited(self.trace, first.what),
                ),
                first.line or first.started_at,
                _(
                    "wait for every task that you start until it has ended, or cancel it: a task group does both"
                ),
            )
        if left := self.threads_left:
            first = left[0]
            raise CheckFailed(
                ngettext(
                    "a thread still ran when the function ended: {first}, which was in {awaited}",
                    "{number} threads still ran when the function ended; the first, {first}, was in {awaited}",
                    len(left),
                    first=first.who,
                    awaited=holding(first.what),
                ),
                first.line or first.started_at,
                _("wait for every thread that you start until it has ended, or start none"),
            )


def same(left: object, right: object) -> bool:
    """Whether two values are equal, and of the same types all the way down: `1` is not `True`, nor `1.0`.
    Tuples count as lists, since they arrive as such."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


def shown(value: object, length: int = 120) -> str:
    """The `repr` of a value for a message, cut to `length` characters."""
    text = repr(value)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _how_ended(act: Act) -> str:
    """How and when an act ended."""
    facts: dict[str, Any] = {"function": f"{act.record.function}()", "ended": act.ended}
    match act.record.ending:
        case Returned():
            return _("{function} returned at {ended:g} s", **facts)
        case Raised(error=error):
            return _(
                "{function} ended at {ended:g} s with {error},", error=error_name(error), **facts
            )
    return _("{function} ended at {ended:g} s", **facts)
