"""What a check holds in its hands: a `Case`, its worlds, and the runs in them.

@check("No deposit is lost, in whatever order the bank replies", points=3,
       advice="Nobody else may read the balance between your read and your write.")
def no_lost_update(case: Case) -> None:
    amounts = case.random.sample(range(1, 100), k=3)
    for world in case.schedules():
        account = world.add(Account())
        run = world.run("deposit_all", account, amounts)
        run.expect(account.balance == sum(amounts), f"... left {account.balance}")
"""

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import Any, Final, Protocol, TypeVar

from checker.judge.acts import Act, Instance, is_in, leaves, settle, specify_acts, specify_object
from checker.judge.conversation import converse
from checker.judge.explain import CheckFailed, advise, describe_error, explain
from checker.judge.launch import Program, Sandbox
from checker.judge.replay import Replay
from checker.judge.schedule import Plan, Timed
from checker.judge.search.portfolio import explore
from checker.judge.service import Service
from checker.judge.trace import (
    Blocked,
    Call,
    ErrorTree,
    Print,
    Raised,
    Returned,
    Stopped,
    Task,
    Trace,
    Wait,
    Warned,
    most_in_flight,
)
from checker.protocol import ObjectSpec, Start

SCHEDULES: Final = 12
"""How many orders a check tries, unless it says otherwise."""

LISTS: Final = 1000
"""How many lists of inputs a world may have."""

MAX_POINTS: Final = 200
"""At how many points of a run something is made to go wrong, at the most."""

_S = TypeVar("_S", bound=Service)
_T = TypeVar("_T")


class Check:
    """A named expectation about an exercise, worth some points. Made by `check`."""

    def __init__(
        self, function: Callable[["Case"], None], title: str, points: int, advice: str | None
    ) -> None:
        self.function = function
        self.name: str = function.__name__
        self.title = title
        self.points = points
        self.advice = advice


def check(
    title: str, *, points: int = 1, advice: str | None = None
) -> Callable[[Callable[["Case"], None]], Check]:
    """Make a function of a `Case` a check.

    `title` says what right answers do; `advice` is what a learner whose answer does not should try
    next, and is shown after whatever was seen.
    """

    def decorate(function: Callable[["Case"], None]) -> Check:
        return Check(function, title, points, advice)

    return decorate


class Located(Protocol):
    """Something with a line in the learner's file: a call, a blocked stretch, an error, ..."""

    @property
    def line(self) -> int | None: ...


@dataclass(frozen=True)
class Setting:
    """What is the same for every run of a submission on one backend."""

    sandbox: Sandbox
    program: Program
    backend: str
    fresh: bool = False
    """Whether every run gets a process of its own. Otherwise those of a search share one, as long
    as none of them leaves anything behind."""
    watched: bool = False
    """Whether runs tell what every task waits for all the time, which takes longer."""
    until: float = math.inf
    """When no other run may begin, on the real `time.monotonic`: many runs that each stay within
    their limit of time would take hours together."""


class ReplayEnded(Exception):
    """The world that was to be replayed has been, and the check did not fail in it."""


class Case:
    """One check of one submission on one backend; with a `replay`, one world of it."""

    def __init__(self, setting: Setting, seed: str, replay: Replay | None = None) -> None:
        self._setting = setting
        self._seed = seed
        self._replay = replay
        self._loops = 0
        self._lists = count()
        self.last_trace: Trace | None = None
        """The last run of the submission, if there was one."""
        self.played = Replay()
        """What the last world was, to be had again."""
        self.removable: dict[int, tuple[int, int]] = {}
        """For each list of inputs that may be shrunk: how long it is, and how long it must stay."""
        self.random = Random(seed)
        """For secret inputs: the same for the same seed, on both backends."""

    @property
    def backend(self) -> str:
        """`asyncio` or `trio`, for what the backends do differently."""
        return self._setting.backend

    def world(self) -> "World":
        """A world in which every call takes exactly its latency."""
        return World(self, self._setting, Plan(Timed()), self.random.getrandbits(32))

    def some(self, items: Sequence[_T], least: int = 1) -> list[_T]:
        """`items`; or, while a failure is being shrunk, fewer of them, but `least` or more. For
        inputs of which a check needs no certain number."""
        number = next(self._lists)
        self.removable[number] = (len(items), least)
        without = self._replay.without if self._replay is not None else frozenset()
        return [item for index, item in enumerate(items) if (number, index) not in without]

    def schedules(self, runs: int = SCHEDULES, *, late: bool = False) -> Iterator["World"]:
        """Fresh worlds, `runs` at the most, in each of which the replies come in another legal
        order: first each after its latency, then as a search has it, which tries all orders where
        there are few. A latency is the longest that a call takes there, so such a world is no place
        to measure time. With `late`, it is not even that: a reply may come as late as it likes, so
        that a timeout of the submission may end before, between or after any replies.

        `random` starts anew in each world, and differs from one to the next.
        """

        def plans() -> Generator[Plan, Trace, None]:
            schedules = explore(Random(self.random.getrandbits(64)), runs)
            schedule = next(schedules)
            while True:
                trace = yield Plan(schedule, delays=late)
                try:
                    schedule = schedules.send(trace)
                except StopIteration:
                    return

        return self._loop(plans(), lambda replay: Plan(replay.schedule(), delays=late))

    def cancellations(self) -> Iterator["World"]:
        """Fresh worlds, in each of which the submission is cancelled from outside at another point:
        one for every moment at which all of its tasks wait, and a last one in which it is not."""

        def plans() -> Generator[Plan, Trace, None]:
            for step in range(MAX_POINTS):
                if (yield Plan(Timed(), cancel_at=step)).cancelled_at is None:
                    return

        return self._loop(plans(), lambda replay: Plan(Timed(), cancel_at=replay.world))

    def failures(self, error: Exception) -> Iterator["World"]:
        """Fresh worlds, in each of which another call fails with `error` in place of being carried
        out: the first one, the second one, ... and a last one in which none does."""

        def plans() -> Generator[Plan, Trace, None]:
            for call in range(1, MAX_POINTS + 1):
                if len((yield Plan(Timed(), failing=call, failure=error)).calls) < call:
                    return

        return self._loop(
            plans(), lambda replay: Plan(Timed(), failing=replay.world + 1, failure=error)
        )

    def _loop(
        self, plans: Generator[Plan, Trace, None], again: Callable[[Replay], Plan]
    ) -> Iterator["World"]:
        """A world for each plan; in a replay, only for the one that is to be had `again`."""
        loop = self._loops
        self._loops += 1
        target = (
            self._replay if self._replay is not None and self._replay.loop is not None else None
        )
        if target is not None and target.loop != loop:
            return
        plan = next(plans) if target is None else again(target)
        for number in count() if target is None else (target.world,):
            # Each world can be had without those before it.
            self._lists = count(LISTS * (loop + 1))
            self.random.seed(f"{self._seed}/{loop}/{number}")
            order = self.random.getrandbits(32)
            if target is not None:
                order = target.order
            played = Replay(loop, number, None, order)
            world = World(self, self._setting, plan, order, played)
            yield world
            self.played = Replay()
            if target is not None:
                raise ReplayEnded
            try:
                plan = plans.send(world.trace or Trace(self.backend))
            except StopIteration:
                return

    def has_run(self, trace: Trace, played: Replay) -> None:
        """Keep what the last run was, and how it can be had again."""
        self.last_trace = trace
        without = self._replay.without if self._replay is not None else frozenset()
        self.played = replace(played, without=without)


class World:
    """Everything outside the submission, for one run of it."""

    def __init__(
        self, case: Case, setting: Setting, plan: Plan, order: int, played: Replay | None = None
    ) -> None:
        self._case = case
        self._setting = setting
        self._plan = plan
        self._order = order
        self._played = played
        self._services: list[Service] = []
        self._objects: list[ObjectSpec] = []
        self._used = False
        self.trace: Trace | None = None
        """What was seen, once it has run."""

    def add(self, service: _S) -> _S:
        """Put a service into this world, and return it."""
        self._services.append(service)
        return service

    def run(self, function: str, *arguments: Any, cancel_after: float | None = None) -> "Run":
        """Run the submission's `function(*arguments)` to its end; services may stand anywhere in
        the arguments. It must return (or, with `cancel_after` virtual seconds, let itself be
        cancelled then): anything else fails the check, with a message that says what happened.
        """
        return self.run_all(_call(function, arguments, cancel_after))

    def attempt(self, function: str, *arguments: Any, cancel_after: float | None = None) -> "Run":
        """As `run`, but the function may also raise: see `Run.error`."""
        return self.attempt_all(_call(function, arguments, cancel_after))

    def new(self, name: str, *arguments: Any) -> Instance:
        """An object of the submission's class `name`, made at the beginning of the run: its methods,
        called here, are acts for `run_all`."""
        self._objects.append(specify_object(name, arguments))
        return Instance(len(self._objects) - 1)

    def call(self, function: str, *arguments: Any) -> Act:
        """A call of the submission's `function(*arguments)`, as an act for `run_all`."""
        return Act(function, arguments, None)

    def run_all(self, *acts: Act) -> "Run":
        """Run these acts in one event loop, at the same time unless they say otherwise. Each must
        return, or let itself be cancelled if it was to be: anything else fails the check, with a
        message about the first one that did not."""
        return self._run(acts, (Returned, Stopped))

    def attempt_all(self, *acts: Act) -> "Run":
        """As `run_all`, but the acts may also raise: see `Act.error`."""
        return self._run(acts, (Returned, Stopped, Raised))

    def _run(self, acts: Sequence[Act], endings: tuple[type, ...]) -> "Run":
        trace = self._play(acts)
        settle(acts, trace)
        for act in acts:
            if not isinstance(act.record.ending, endings):
                raise act.explained()
        if not isinstance(trace.ending, endings):
            raise explain(trace)
        return Run(trace)

    def _play(self, acts: Sequence[Act]) -> Trace:
        if self._used:
            raise RuntimeError("a world is for one run; take another from the case")
        self._used = True
        specs, timings = specify_acts(acts)
        start = Start(
            backend=self._setting.backend,
            acts=specs,
            objects=self._objects,
            begin=[number for number, timing in enumerate(timings) if timing.is_at_once],
            seed=self._order,
            stay=self._played is not None and not self._setting.fresh,
            watch=self._setting.watched,
        )
        plan, setting = self._plan, self._setting
        if time.monotonic() > setting.until:
            raise CheckFailed(
                "its runs took too long, one after the other, in seconds that pass outside its world",
                advice="look for what waits or computes for long",
                costly=True,
            )
        self.trace = trace = converse(
            setting.sandbox, start, setting.program, self._services, plan, timings
        )
        played = self._played or Replay()
        explored = plan.schedule.explored
        self._case.has_run(trace, played.trimmed(trace.choices) if explored else played)
        return trace


def _call(function: str, arguments: Sequence[Any], cancel_after: float | None) -> Act:
    act = Act(function, arguments, None)
    return act if cancel_after is None else act.cancel_after(cancel_after)


class Run:
    """What one run of a submission did. All times are virtual seconds since it began."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._error_expected = False

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
        """The exception that the function raised, if it did: `kind`, `message`, `line`, and for an
        exception group `children`."""
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
    def elapsed(self) -> float:
        return self.trace.elapsed

    # --- what it did ---

    @property
    def calls(self) -> list[Call]:
        """Every call of a service, in the order of arrival."""
        return self.trace.calls

    def calls_to(self, method: str) -> list[Call]:
        return [call for call in self.trace.calls if call.method == method]

    def most_in_flight(self, method: str | None = None) -> int:
        """How many calls (of `method`) were under way at the same time, at the most."""
        return most_in_flight(
            call for call in self.trace.calls if method is None or call.method == method
        )

    # --- what the sandbox says it saw: no point should hang on one of these alone ---

    @property
    def blocked(self) -> list[Blocked]:
        """Stretches in which the event loop's own thread waited and no task could run."""
        return self.trace.blocked

    @property
    def prints(self) -> list[Print]:
        return self.trace.prints

    @property
    def warnings(self) -> list[Warned]:
        """Python's warnings of coroutines that were never awaited."""
        return self.trace.warnings

    @property
    def tasks(self) -> list[Task]:
        return list(self.trace.tasks.values())

    @property
    def tasks_left(self) -> Sequence[Wait]:
        """Tasks that still ran when the function ended."""
        return self.trace.tasks_left

    @property
    def threads_left(self) -> Sequence[Wait]:
        return self.trace.threads_left

    # --- saying what should have been ---

    def expect(self, condition: object, message: str, *, at: Located | None = None) -> None:
        """Fail the check with `message`, about the line of `at`, unless `condition` holds.

        `message` says what was seen and what was expected, with the numbers of this run. If the
        function raised, the failure says that first: it is the likely cause.
        """
        if condition:
            return
        line, advice = at.line if at is not None else None, None
        if self.error is not None and not self._error_expected:
            message = f"it raised {describe_error(self.error)}; {message}"
            line = line or self.errors[0].line
            advice = advise(self.error, self.trace.backend)
        raise CheckFailed(message, line, advice)

    def expect_error(self, kind: str, because: str) -> ErrorTree:
        """Fail the check unless the function raised an error of `kind`, alone or inside a group,
        and return that error. `because` says why it should have."""
        for error in self.errors:
            if error.kind == kind:
                self._error_expected = True
                return error
        seen = f"raised {describe_error(self.error)}" if self.error else "returned"
        advice = advise(self.error, self.trace.backend) if self.error else None
        line = self.errors[0].line if self.errors else None
        raise CheckFailed(f"it {seen}, and should have raised {kind}: {because}", line, advice)

    def expect_value(self, expected: object, meaning: str = "the returned value") -> None:
        """Fail the check unless the function returned exactly `expected`: equal, and of the same
        types all the way down (but for tuples, which count as lists)."""
        if not same(self.value, expected):
            raise CheckFailed(f"{meaning} is {shown(self.value)}, not {shown(expected)}")

    def expect_elapsed(self, expected: float, because: str) -> None:
        """Fail the check unless the run took `expected` virtual seconds, to the nanosecond."""
        if round(self.elapsed * 1e9) != round(expected * 1e9):
            raise CheckFailed(f"it took {self.elapsed:g} s, not {expected:g} s: {because}")

    def expect_unblocked(self) -> None:
        """Fail the check if the event loop's thread was ever blocked."""
        if self.blocked:
            worst = max(self.blocked, key=lambda stretch: stretch.length)
            raise CheckFailed(
                f"{worst.what} held the event loop for {worst.length:g} s, "
                f"from {worst.started:g} s to {worst.ended:g} s, and no task could run meanwhile",
                worst.line,
            )

    def expect_nothing_left(self) -> None:
        """Fail the check if tasks or threads still ran at the end, or coroutines never did."""
        if self.warnings:
            raise CheckFailed(self.warnings[0].text, self.warnings[0].line)
        if left := [*self.tasks_left, *self.threads_left]:
            first = left[0]
            raise CheckFailed(
                f"{len(left)} task{'s' if len(left) > 1 else ''} still ran when the function "
                f"ended; the first, {first.who}, was waiting for {first.what}",
                first.line or first.started_at,
            )


def same(left: object, right: object) -> bool:
    """Equal, and of the same types all the way down; tuples count as lists."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


def shown(value: object, length: int = 120) -> str:
    """A value in a message, cut to a length."""
    text = repr(value)
    return text if len(text) <= length else f"{text[: length - 1]}…"
