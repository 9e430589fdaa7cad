"""What a check holds in its hands: a `Case`, its worlds, and the runs in them.

@check("No deposit is lost, in whatever order the bank replies", points=3,
       advice="Nobody else may read the balance between your read and your write.")
def no_lost_update(case: Case) -> None:
    for world in case.explore(orders=True):
        account = world.add(Account())
        amounts = [case.integer(0, 99) for _ in range(case.size(0, 9))]
        run = world.run("deposit_all", account, amounts)
        run.expect(account.balance == sum(amounts), f"... left {account.balance}")
"""

import functools
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from types import TracebackType
from typing import Any, Final, Protocol, TypeVar

from checker.course import Check
from checker.judge.acts import Act, Instance, is_in, leaves, settle, specify_acts, specify_object
from checker.judge.choices import SEEDS, Choices, Kind, Replay
from checker.judge.conversation import converse
from checker.judge.draws import Draws, Misuse
from checker.judge.explain import CheckFailed, advise, explain
from checker.judge.launch import Program, Sandbox
from checker.judge.schedule import Pause, Plan, Recording, Timed
from checker.judge.search.explore import QUICK, Aims, Depth, Seen, Sketch, again, explore
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
from checker.judge.words import awaited, error_name, holding, plain_name
from checker.report import Searched
from checker.translation import _, ngettext
from checker_sandbox.wire.messages import ObjectSpec, Start, Strike

MOST_STEPS: Final = 1 << 20
"""Beyond how many task steps or calls nothing is made to go wrong."""

_S = TypeVar("_S", bound=Service)
_T = TypeVar("_T")


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


def scene(
    function: Callable[["Case"], Iterator[_T]],
) -> Callable[["Case"], Iterator[_T]]:
    """Let several checks look at the same worlds.

    `function` loops over worlds as a check does, and yields what the checks look at: it runs each
    world once, for all of them. So a submission cannot tell the checks apart, and each of them sees
    every world at the price of one. A check must not change what it is handed.
    """

    @functools.wraps(function)
    def shared(case: Case) -> Iterator[_T]:
        return case._watch(function)

    return shared


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
    depth: Depth = QUICK
    fresh: bool = False
    """Whether every run gets a process of its own. Otherwise they share one, as long as none of them
    leaves anything behind."""
    explained: bool = True
    """Whether a failure is repeated and made as small as it gets. A proof that there is one needs
    neither."""
    watched: bool = False
    """Whether runs tell what every task waits for all the time, which takes longer."""
    until: float = math.inf
    """When no other run may begin, on the real `time.monotonic`: many runs that each stay within
    their limit of time would take hours together."""


class ReplayEnded(Exception):
    """The world that was to be replayed has been, and the check did not fail in it."""


@dataclass
class _Recalled:
    """What a scene has shown so far, and where it goes on."""

    case: "Case"
    going: Iterator[Any]
    shown: list[tuple[Any, int, Choices, Trace | None]] = field(default_factory=list)
    """What it yielded, in which world, and how that was made and went. A world may be shown twice."""
    failure: Exception | None = None
    raised_at: TracebackType | None = None


Memory = dict[Callable[..., Any], _Recalled]
"""What the scenes of an exercise have shown of a submission on one backend."""


class Case(Draws):
    """One check of one submission on one backend; with a `replay`, one world of it."""

    def __init__(
        self,
        setting: Setting,
        seed: str,
        replay: Replay | None = None,
        memory: Memory | None = None,
    ) -> None:
        super().__init__()
        self._setting = setting
        self._seed = seed
        self._replay = replay
        self._memory = memory if memory is not None else {}
        self._has_explored = False
        self.last_trace: Trace | None = None
        """The last run of the submission, if there was one."""
        self.played = Choices()
        """The choices of the last world."""
        self.worlds = 0
        """How many worlds there were."""
        self.searched: Searched | None = None
        """How far the search went, once it has come to its end."""

    @property
    def backend(self) -> str:
        """`asyncio` or `trio`, for what the backends do differently."""
        return self._setting.backend

    def explore(
        self,
        *,
        orders: bool = False,
        late: bool = False,
        cancel: bool = False,
        fail: Exception | Sequence[Exception] = (),
    ) -> Iterator["World"]:
        """Fresh worlds, one after another; a check has one such loop, and draws the inputs of each
        world inside it. What is asked for may be combined:

        - Without any of these, every call takes exactly its latency: for checks of time.
        - `orders`: in some worlds the replies come in another legal order. A latency is the longest
          that a call takes there, so they are no place to measure time: see `World.is_timed`.
        - `late`: as `orders`, and a reply may even come as late as it likes, so that a timeout of
          the submission may end before, between or after any replies.
        - `cancel`: in some worlds the submission, or one of several acts, is cancelled from outside
          between two steps of its tasks, wherever they are.
        - `fail`: in some worlds a call fails with this error, or one of these, in place of being
          carried out.

        The first worlds are plain: nothing is made to go wrong, and nothing overtakes.
        """
        self._loop_once()
        errors = (fail,) if isinstance(fail, Exception) else tuple(fail)
        aims = Aims(orders or late, late, cancel, errors)
        if self._replay is not None:
            yield self._world(again(self._replay), aims)
            raise ReplayEnded
        sketches = explore(Random(self._seed), self._setting.depth, aims)
        sketch = next(sketches)
        while True:
            world = self._world(sketch, aims)
            yield world
            self._choices = None
            try:
                sketch = sketches.send(Seen(world.choices, world.trace or Trace(self.backend)))
            except StopIteration as stop:
                self.searched = stop.value
                return

    def world(self) -> "World":
        """The first world alone, in which every call takes exactly its latency."""
        return next(self.explore())

    def _world(self, sketch: Sketch, aims: Aims) -> "World":
        choices = Choices(sketch.given)
        self._begin(choices, sketch)
        self.worlds += 1
        return World(self, self._setting, choices, sketch, aims)

    def _loop_once(self) -> None:
        if self._has_explored:
            raise Misuse("a check explores its worlds in one loop")
        self._has_explored = True

    def _watch(self, function: Callable[["Case"], Iterator[_T]]) -> Iterator[_T]:
        """What a scene shows, from the beginning."""
        if self._replay is not None:
            yield from function(self)
            return
        self._loop_once()
        recalled = self._memory.get(function)
        if recalled is None:
            # Its worlds are its own, whichever check comes first.
            case = Case(self._setting, f"{self._seed.rpartition('/')[0]}/{function.__name__}")
            recalled = self._memory[function] = _Recalled(case, function(case))
        for number in count():
            if number == len(recalled.shown) and recalled.failure is None:
                self._show_more(function, recalled)
            if number == len(recalled.shown):
                break
            shown, self.worlds, self.played, self.last_trace = recalled.shown[number]
            yield shown
        self.played, self.last_trace = recalled.case.played, recalled.case.last_trace
        self.worlds = recalled.case.worlds
        if recalled.failure is not None:
            # Without the lines of the check that met it first.
            raise recalled.failure.with_traceback(recalled.raised_at)
        self.searched = recalled.case.searched

    def _show_more(self, function: Callable[..., Any], recalled: _Recalled) -> None:
        """Have the next world of a scene, if there is another one."""
        recalled.case._setting = self._setting  # Its sandbox and its end may be others by now.
        try:
            shown = next(recalled.going)
        except StopIteration:
            return
        except Exception as failure:
            recalled.failure, recalled.raised_at = failure, failure.__traceback__
        except BaseException:
            # Somebody's limit of time, say. What is half seen must not count as the whole.
            del self._memory[function]
            raise
        else:
            case = recalled.case
            recalled.shown.append((shown, case.worlds, case.played, case.last_trace))

    def has_run(self, trace: Trace, choices: Choices) -> None:
        """Keep what the last run was, and how to reproduce it."""
        self.last_trace = trace
        self.played = choices


class World:
    """Everything outside the submission, for one run of it."""

    def __init__(
        self, case: Case, setting: Setting, choices: Choices, sketch: Sketch, aims: Aims
    ) -> None:
        self._case = case
        self._setting = setting
        self.choices = choices
        """What makes this world differ from another."""
        self._sketch = sketch
        self._aims = aims
        self._services: list[Service] = []
        self._objects: list[ObjectSpec] = []
        self.is_timed = True
        """Whether every call took exactly its latency; known once it has run."""
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
        if self.choices.running:
            raise Misuse("a world is for one run; take another from the case")
        setting = self._setting
        if time.monotonic() > setting.until:
            raise CheckFailed(
                _("all its runs together took too long, in real seconds, not in virtual ones"),
                advice=_("look for what waits or computes for a long time"),
                costly=True,
            )
        self.choices.running = True
        ready = self._take("ready", SEEDS)
        plan = Plan(delays=self._aims.late)
        if self._aims.orders and self._take("explored", 2):
            self.is_timed = False
            schedule = self._sketch.schedule if self._sketch.schedule.explored else Timed()
            plan = replace(plan, schedule=Recording(self.choices, schedule))
        strike = None
        if self._aims.cancel:
            strike, pause = self._strike(len(acts))
            plan = replace(plan, cancelled_in=pause)
        errors = self._aims.fail
        if errors and (call := self._take("fail", MOST_STEPS)):
            plan = replace(plan, failing=call, failure=errors[self._take("error", len(errors))])
        specs, timings = specify_acts(acts)
        start = Start(
            backend=setting.backend,
            acts=specs,
            objects=self._objects,
            begin=[number for number, timing in enumerate(timings) if timing.is_at_once],
            seed=ready,
            stay=not setting.fresh,
            watch=setting.watched,
            strike=strike,
            count=self._aims.cancel,
        )
        self.trace = trace = converse(
            setting.sandbox, start, setting.program, self._services, plan, timings
        )
        self._case.has_run(trace, self.choices)
        return trace

    def _strike(self, acts: int) -> tuple[Strike | None, Pause | None]:
        """What is cancelled from outside, if anything is: before which task step, or in which pause."""
        moment = self._take("strike", MOST_STEPS)
        if not moment:
            return None, None
        number, act = (moment + 1) // 2, self._take("act", acts)
        return (Strike(number, act), None) if moment % 2 else (None, Pause(number, act))

    def _take(self, kind: Kind, width: int) -> int:
        return self.choices.take(kind, width, lambda: self._sketch.choose(kind, width))


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

    # --- what the sandbox says it saw: no point should depend on one of these alone ---

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

    def expect(
        self,
        condition: object,
        message: str,
        *,
        at: Located | None = None,
        advice: str | None = None,
    ) -> None:
        """Fail the check with `message`, about the line of `at`, unless `condition` holds.

        `message` says what was seen and what was expected, with the numbers of this run; `advice`
        says what to try, where that of the check does not fit. If the function raised, the failure
        says that first: it is the likely cause.
        """
        if condition:
            return
        line = at.line if at is not None else None
        if self.error is not None and not self._error_expected:
            message = _(
                "it raised {error}; {message}", error=error_name(self.error), message=message
            )
            line = line or self.errors[0].line
            advice = advise(self.error, self.trace.backend) or advice
        raise CheckFailed(message, line, advice)

    def expect_ended_with(self, act: Act, calls: Iterable[Call]) -> None:
        """Fail the check unless `act` ended at once when it was cancelled from outside, if it was, and
        unless all its `calls` had ended by then."""
        name, cancelled = f"{act.record.function}()", act.record.cancelled_at
        if cancelled is not None and round(act.ended - cancelled, 6) > 0:
            self.expect(
                False,
                _(
                    "{function} was cancelled from outside at {cancelled:g} s, and ended at "
                    "{ended:g} s; it must end at once",
                    function=name,
                    cancelled=cancelled,
                    ended=act.ended,
                ),
                advice=_("do not shield anything, and wait for nothing when it is cancelled"),
            )
        for call in calls:
            if call.ended is not None and round(call.ended - act.ended, 6) <= 0:
                continue
            self.expect(
                False,
                _(
                    "{function} ended at {ended:g} s, and {method}(), which was called at "
                    "{called:g} s, went on",
                    function=name,
                    ended=act.ended,
                    method=call.method,
                    called=call.started,
                ),
                at=call,
                advice=_("whatever {function} starts, it must wait for, or cancel", function=name),
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

    def expect_elapsed(self, expected: float, because: str) -> None:
        """Fail the check unless the run took `expected` virtual seconds, to the nanosecond."""
        if round(self.elapsed * 1e9) != round(expected * 1e9):
            raise CheckFailed(
                _(
                    "it took {elapsed:g} s, not {expected:g} s: {because}",
                    elapsed=self.elapsed,
                    expected=expected,
                    because=because,
                )
            )

    def expect_unblocked(self) -> None:
        """Fail the check if the event loop's thread was ever blocked."""
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
        """Fail the check if tasks or threads still ran at the end, or coroutines never did."""
        if self.warnings:
            raise CheckFailed(self.warnings[0].text, self.warnings[0].line)
        if left := [*self.tasks_left, *self.threads_left]:
            first = left[0]
            raise CheckFailed(
                ngettext(
                    "{number} task still ran when the function ended; the first, {first}, was "
                    "waiting for {awaited}",
                    "{number} tasks still ran when the function ended; the first, {first}, was "
                    "waiting for {awaited}",
                    len(left),
                    first=plain_name(first),
                    awaited=awaited(self.trace, first.what),
                ),
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
