"""Several calls of the learner's code in one world: one after the other, at the same time, late.

    studio = world.new("Studio", renderer, 2)
    first = studio.render("a.png")
    second = studio.render("b.png").at(1.0).cancel_after(2.5)
    third = studio.render("c.png").after(first)
    world.run_all(first, second, third)
    ... first.value, second.was_cancelled, third.started

An act is written down first and happens when the world runs. All times are virtual seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from checker.judge.errors import is_in, leaves
from checker.judge.explain import CheckFailed, explain
from checker.judge.service import Service
from checker.judge.trace import (
    ActRecord,
    Call,
    ErrorTree,
    Failure,
    Raised,
    Returned,
    Stopped,
    Trace,
)
from checker.judge.words import called, error_name
from checker.translation import _
from checker_sandbox.wire.messages import ActSpec, ObjectSpec, instant
from checker_sandbox.wire.plain import plain

__all__ = [
    "Act",
    "Instance",
    "Timing",
    "settle",
    "specify_acts",
    "specify_object",
]


@dataclass(frozen=True, slots=True)
class Timing:
    """When the judge lets an act begin, and when it cancels it: in nanoseconds of virtual time."""

    at: int = 0
    """It begins no earlier than this."""
    after: int | None = None
    """The index of the act that must have ended before."""
    cancel_after: int | None = None
    """How long after its beginning it is cancelled from outside."""

    @property
    def is_at_once(self) -> bool:
        return self.at == 0 and self.after is None


class Act:
    """One call of the learner's code: what is called and when, and afterwards how it ended. All times are
    virtual seconds.

    Made by `World.call` and by the methods of an `Instance`.
    """

    def __init__(self, function: str, arguments: Sequence[Any], instance: int | None) -> None:
        self._spec = ActSpec(function, plain(list(arguments), besides=Service), instance)
        self._at = 0.0
        self._predecessor: Act | None = None
        self._cancel_after: float | None = None
        self._trace: Trace | None = None
        self._index = 0

    # --- before the run ---

    def at(self, seconds: float) -> Self:
        """Begin so many virtual seconds after the run does, and not at once. Returns the act itself, as do
        `after` and `cancel_after`."""
        self._at = seconds
        return self

    def after(self, act: "Act") -> Self:
        """Begin as soon as `act` has ended, however it ends. That act must stand before this one in
        `run_all`, which otherwise raises `ValueError`."""
        self._predecessor = act
        return self

    def cancel_after(self, seconds: float) -> Self:
        """Be cancelled from outside so many virtual seconds after the act has begun, if it still runs
        then."""
        self._cancel_after = seconds
        return self

    # --- after the run ---

    @property
    def value(self) -> Any:
        """The returned value, as plain data (a tuple arrives as a list). Fails the check if the act did
        not return. Like all that is asked after the run, it raises `RuntimeError` before it."""
        ending = self.record.ending
        if not isinstance(ending, Returned):
            raise self.explained()
        return ending.value

    @property
    def error(self) -> ErrorTree | None:
        """The exception that the act raised, or None if it did not raise."""
        ending = self.record.ending
        return ending.error if isinstance(ending, Raised) else None

    @property
    def errors(self) -> list[ErrorTree]:
        """The exceptions that are no groups, of `error` and inside it, from left to right."""
        return list(leaves(self.error)) if self.error is not None else []

    @property
    def raised(self) -> str:
        """What came out of the act, for a sentence: `ValueError: no and KeyError: x`; empty if nothing did."""
        return " and ".join(str(Failure(error.kind, error.message)) for error in self.errors)

    def heard(self, call: Call) -> bool:
        """Whether the very exception with which `call` failed came out of the act, alone or anywhere
        inside a group. A copy of it does not count, nor does one that was raised from it."""
        return is_in(call, self.errors)

    @property
    def was_cancelled(self) -> bool:
        """Whether the act was cancelled from outside and let itself be."""
        return isinstance(self.record.ending, Stopped)

    def gave_way(self, calls: Iterable[Call]) -> bool:
        """Whether the act let itself be cancelled from outside, as far as anybody can tell who knows
        which `calls` it made.

        AnyIO on asyncio may cancel the tasks of a group and not the one that has just been woken in
        its block: that one goes on without their results, or hears that they were cancelled. A right
        program can do nothing about it, so that only trio can tell."""
        if self.was_cancelled or self.record.cancelled_at is None:
            return self.was_cancelled
        assert self._trace is not None
        if self._trace.backend != "asyncio":
            return False
        if self.error is not None:
            return {error.kind for error in self.errors} == {"TaskCancelled"}
        return any(call.outcome == "cancelled" for call in calls)

    @property
    def started(self) -> float:
        """When the act began, in virtual seconds since the run did. Fails the check if it never did."""
        if self.record.started is None:
            raise self.explained()
        return self.record.started

    @property
    def ended(self) -> float:
        """When the act ended, in virtual seconds since the run began. Fails the check if it never did."""
        if self.record.ended is None:
            raise self.explained()
        return self.record.ended

    @property
    def elapsed(self) -> float:
        """How long the act took, in virtual seconds. Fails the check if it never began or never ended."""
        return round((self.ended - self.started) * 1e9) / 1e9

    @property
    def record(self) -> ActRecord:
        """What the judge saw of the act: its `function`, `arguments`, `started`, `ended`, `ending` and
        `cancelled_at`, in virtual seconds. Those that never came are None. Raises `RuntimeError` if the
        act has not been run."""
        if self._trace is None:
            raise RuntimeError("this act has not been run: hand it to run_all or attempt_all")
        return self._trace.acts[self._index]

    def explained(self) -> CheckFailed:
        """Why the act did not return, as a failure to raise."""
        record = self.record
        assert self._trace is not None
        if record.ending is None or record.ended is None:
            return explain(self._trace)
        alone = explain(replace(self._trace, ending=record.ending, elapsed=record.ended))
        if len(self._trace.acts) == 1 or alone.hopeless:
            return alone
        begun: dict[str, Any] = {"function": record.function, "started": record.started}
        if isinstance(record.ending, Raised):
            error = error_name(record.ending.error)
            begun["function"] = called(self._trace, record)
            message = _("{function}, called at {started:g} s, raised {error}", error=error, **begun)
        else:
            message = _(
                "{function}(), called at {started:g} s: {seen}", seen=alone.message, **begun
            )
        return CheckFailed(message, alone.line, alone.advice, topic=alone.topic, place=alone.place)


class Instance:
    """An object of the learner's class, to be made in the run. Each of its public methods, called
    here, is an `Act` that calls it there."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __getattr__(self, method: str) -> "_Method":
        if method.startswith("_"):
            raise AttributeError(method)
        return _Method(method, self._number)


@dataclass(frozen=True)
class _Method:
    name: str
    instance: int

    def __call__(self, *arguments: Any) -> Act:
        return Act(self.name, arguments, self.instance)


def specify_object(name: str, arguments: Sequence[Any]) -> ObjectSpec:
    """What the sandbox must know to make an object."""
    return ObjectSpec(name, plain(list(arguments), besides=Service))


def specify_acts(acts: Sequence[Act]) -> tuple[list[ActSpec], list[Timing]]:
    """What the sandbox must know about these acts, and what the judge keeps to itself.

    Raises `ValueError` if there is none, or one is to follow an act that is not among those before it.
    """
    if not acts:
        raise ValueError("a run needs at least one act: draw the number of acts from 1 on")
    timings = []
    for number, act in enumerate(acts):
        before = [i for i, other in enumerate(acts[:number]) if other is act._predecessor]
        if act._predecessor is not None and not before:
            raise ValueError("an act follows one that must stand before it in the same run")
        at = instant(act._at)
        if at is None:
            raise ValueError("an act never begins")
        cancel_after = None if act._cancel_after is None else instant(act._cancel_after)
        timings.append(Timing(at, before[0] if before else None, cancel_after))
    return [act._spec for act in acts], timings


def settle(acts: Sequence[Act], trace: Trace) -> None:
    """Tell `acts` how they ended."""
    for index, act in enumerate(acts):
        act._trace, act._index = trace, index
