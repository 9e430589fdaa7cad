"""The same services, on the real clock: what the simulator is held against.

A check is a synchronous function of a `Case`, so it cannot run on a real event loop itself. What it
asks of a submission can: `collect` lets a check run in the simulator, in a handful of plain worlds of
few items, and keeps a `Scenario` of each of its runs (which acts, with which services and arguments,
begun and cancelled when), and `Scenario.replay` awaits them under plain AnyIO, on the backend that is
running, with real objects in the place of the stubs: their methods sleep in real time and then do
what the service does. Either way the outcome is a `Trace`, and `facts` says what is in it.

Which facts can be compared? On the real clock nothing happens at exactly the same instant, and trio
shuffles its tasks, so a fact that depends on chance must be left out, and no list written by hand
could say which ones do. The simulator can: each scenario is run in it some more times, with other
seeds and with every latency and every sleep of the submission some per cent longer, each by another
amount (for the first world of a check that tries other orders of replies: with other orders). Facts that stay the same are *settled* and have to be
the same in reality; the others are left alone.

The clock of the real world is the machine's own, and so that a minute of virtual time does not take
a minute, a `Pace` shortens everything in proportion: the services' latencies, and the durations that
the submission gives to AnyIO and to `time.sleep`. Nothing is compared with a real duration except
from below: a run cannot have taken less than its latencies say.
"""

import asyncio
import contextlib
import copy
import functools
import importlib.util
import inspect
import io
import itertools
import logging
import math
import random
import sys
import threading
import time
import types
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from unittest.mock import patch

import anyio
import anyio.lowlevel
import msgspec
import trio
from anyio._backends import _asyncio, _trio

from checker.course import Exercise
from checker.judge.acts import Act, Timing, specify_acts
from checker.judge.case import Case
from checker.judge.choices import Choices, Replay
from checker.judge.conversation import converse
from checker.judge.draws import Drawer, Profile
from checker.judge.launch import Program, Sandbox
from checker.judge.run import Run
from checker.judge.scheduler import Enabled, Plan, Scheduler, Timed
from checker.judge.search.explore import PLAIN, QUICK, Sketch
from checker.judge.search.walk import RandomWalk
from checker.judge.service import Invocation, Service, error_kind, error_text, specify
from checker.judge.setting import Setting
from checker.judge.simulation import Simulation
from checker.judge.trace import (
    ActRecord,
    Call,
    Overran,
    Printed,
    Raised,
    Returned,
    Stopped,
    Trace,
    Wait,
    most_in_flight,
)
from checker.judge.world import World
from checker_sandbox.errors import make_error
from checker_sandbox.stubs import CLOSING, protocols
from checker_sandbox.wire.messages import ActSpec, Awaited, ErrorTree, Failed, ObjectSpec, Start
from checker_sandbox.wire.plain import plain

__all__ = [
    "RESOLUTION",
    "WORLDS",
    "Pace",
    "RealWorld",
    "Scenario",
    "Script",
    "collect",
    "differences",
    "facts",
    "right_answers",
]

SEED: Final = 1
WORLDS: Final = (
    Profile(),
    Profile("typical", "low"),
    Profile("low", "high"),
)
"""How the inputs of the worlds are drawn in which a check is played: with few items, or none."""

VARIANTS: Final = 6
"""How many more runs in the simulator have to agree on a fact before it counts as settled."""

DOUBTS: Final = 60
"""How many more have to, once a real clock said otherwise: what hangs on a submission's own random
numbers may come out alike in a few."""

STRETCH: Final = 0.05
"""By how much of itself a latency is longer, or the submission sleeps longer, in such a run: from nothing to
so much in some runs, and from so much to twice that in the others."""

JITTER: Final = 0.005
"""By how much of the whole run an act is cancelled earlier or later in such a run: in half a second, a
real clock cannot tell less."""

MORE: Final = 5
"""By how much more all that may be, once a real clock said otherwise: a busy machine may stop for a while."""

LEAST_LATENCY: Final = 0.0005
"""Real seconds that a call takes at the least, if it takes any time."""

TURNS: Final = 3
"""How many turns a call takes that takes no time: whoever was started before it has had one by then, as in the
simulator. Trio draws who goes first of those that are ready."""

RESOLUTION: Final = 0.001
"""Real seconds by which two readings of a clock may disagree about a duration."""

FINEST: Final = 20_000
"""How many times as long as the shortest time between two moments of a run the whole may take: beside
days, a second of the simulator's is none of a real clock's."""

FINEST_OVERLAP: Final = 2_000
"""The same, for how many calls were in flight at a time: on a busy machine, one that ends a millisecond before
another one begins may end after that."""

RETRIES: Final = 3
"""How often a run in the simulator is begun, if the machine ends it."""

MAX_REAL_SECONDS: Final = 30.0
"""Real seconds after which a replay counts as hanging."""

_sleep = anyio.sleep
_move_on_after = anyio.move_on_after
_fail_after = anyio.fail_after
_current_time = anyio.current_time
_time_sleep = time.sleep

_T = TypeVar("_T")


def right_answers(exercise: Exercise) -> list[Path]:
    """The solution of an exercise, and its alternatives."""
    return [
        exercise.solutions / "solution.py",
        *sorted((exercise.solutions / "alternatives").glob("*.py")),
    ]


# --- the real world -----------------------------------------------------------------------------


class Pace:
    """How long in real time what takes so long in virtual time does."""

    def __init__(self, scale: float, draw: random.Random | None = None) -> None:
        self.scale = scale
        """Real seconds for a virtual one."""
        self._draw = draw

    def latency(self, virtual: float) -> float:
        """How long a call takes: its latency, or if there is something to draw from, any time up
        to it (the freedom that an explored scheduler has too)."""
        return virtual * self.scale * (1.0 if self._draw is None else self._draw.random())


@dataclass(frozen=True)
class Script:
    """What is asked of a submission in one run."""

    acts: Sequence[ActSpec]
    timings: Sequence[Timing] = (Timing(),)
    objects: Sequence[ObjectSpec] = ()
    services: Sequence[Service] = ()
    """In the order of their numbers; those that stand in the arguments alone come last."""

    @property
    def is_one_call(self) -> bool:
        return len(self.acts) == 1 and self.timings[0].is_at_once


class RealWorld:
    """Stands in for `checker.judge.world.World`, on the event loop that is running.

    `solution` is the file of the submission, `driver` the exercise's own, if it has one.
    """

    def __init__(self, solution: Path, driver: Path | None, pace: Pace) -> None:
        self.services: list[Service] = []
        self._solution = solution
        self._driver = driver
        self._pace = pace
        self._adapters: dict[int, object] = {}
        self._calls: list[Call] = []
        self._tasks: list[object] = []
        self._began = 0.0
        # Services are called by the event loop and by worker threads, and know nothing of either.
        self.lock = threading.Lock()
        self._loop_thread = 0
        self.changed = anyio.Event()
        """Set, and replaced, whenever a call that is awaited goes on or is given up."""
        self._encoder = msgspec.msgpack.Encoder(enc_hook=self._describe)
        self._decoder = msgspec.msgpack.Decoder(ext_hook=self._embody)

    async def play(self, script: Script) -> Trace:
        """Await what `script` asks for and return what was seen; services anywhere in the arguments
        are real ones.

        Raises `TimeoutError` if it hangs.
        """
        self.services += script.services
        records = [ActRecord(act.function, ()) for act in script.acts]
        trace = Trace("", calls=self._calls, acts=records)
        output = io.StringIO()
        with (
            _fail_after(MAX_REAL_SECONDS),
            _own_times(self._pace.scale),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(output),
            # Without pytest's handlers, so that logging does what it does in an ordinary program.
            patch.object(logging.getLogger(), "handlers", []),
            _imported(self._solution, self._driver) as module,
        ):
            self._loop_thread = threading.get_ident()
            before = {task.id for task in anyio.get_running_tasks()}
            self._began = time.monotonic()
            made = [getattr(module, o.name)(*self.cross(o.arguments)) for o in script.objects]
            functions = [
                getattr(module if act.object is None else made[act.object], act.function)
                for act in script.acts
            ]
            if script.is_one_call:
                await self._act(script, 0, functions[0], records, [])
                assert records[0].ending is not None
                trace.ending = records[0].ending
            else:
                ended = [anyio.Event() for _ in functions]
                async with anyio.create_task_group() as group:
                    for number, function in enumerate(functions):
                        group.start_soon(self._act, script, number, function, records, ended)
                trace.ending = Returned(None)
            trace.elapsed = self.now()
            trace.tasks_left = tuple(
                Wait(task.name or "", task.id, None, Awaited("turn"))
                for task in anyio.get_running_tasks()
                if task.id not in before
            )
        trace.prints = [Printed(output.getvalue(), trace.elapsed)]
        return trace

    async def _act(
        self,
        script: Script,
        number: int,
        function: Callable[..., Awaitable[Any]],
        records: Sequence[ActRecord],
        ended: Sequence[anyio.Event],
    ) -> None:
        timing, record = script.timings[number], records[number]
        given = self.cross(script.acts[number].arguments)
        if timing.after is not None:
            await ended[timing.after].wait()
        if timing.at:
            await _sleep(max(0.0, timing.at / 1e9 * self._pace.scale - self.now()))
        limit = math.inf
        if timing.cancel_after is not None:
            limit = timing.cancel_after / 1e9 * self._pace.scale
        record.started = self.now()
        record.ending = Stopped()
        with _move_on_after(limit):
            try:
                record.ending = Returned(plain(await function(*given)))
            except anyio.get_cancelled_exc_class():
                raise
            except BaseException as error:
                record.ending = Raised(_tree(error))
        record.ended = self.now()
        if ended:
            ended[number].set()

    def now(self) -> float:
        return time.monotonic() - self._began

    # --- values cross as they do between the judge and the sandbox ---

    def cross(self, value: Any) -> Any:
        return self._decoder.decode(self._encoder.encode(value))

    def _describe(self, value: Any) -> msgspec.msgpack.Ext:
        assert isinstance(value, Service), f"{value!r} is neither plain data nor a service"
        if not any(service is value for service in self.services):
            self.services.append(value)
        number = next(n for n, service in enumerate(self.services) if service is value)
        return msgspec.msgpack.Ext(1, str(number).encode())

    def _embody(self, code: int, data: memoryview) -> object:
        number = int(bytes(data))
        if number not in self._adapters:
            self._adapters[number] = self._adapt(self.services[number], number)
        return self._adapters[number]

    # --- services, as the submission sees them ---

    def _adapt(self, service: Service, number: int) -> object:
        spec = specify(service, number)
        methods = {
            method.name: (self._blocking_method if method.blocking else self._method)(
                service, method.name
            )
            for method in spec.methods
        }
        adapter: object = type(spec.name, (), protocols(methods, spec))()
        return adapter

    def _method(self, service: Service, name: str) -> Callable[..., Any]:
        async def call(_: object, /, *args: Any, **kwargs: Any) -> Any:
            if name not in CLOSING:
                await anyio.lowlevel.checkpoint_if_cancelled()
            try:
                with _UnderWay(self, service, name, args, kwargs) as under_way:
                    self.has_changed()
                    while under_way.reply is None:
                        if under_way.is_held:
                            await self.changed.wait()
                        elif under_way.wait:
                            await _sleep(max(self._pace.latency(under_way.wait), LEAST_LATENCY))
                        else:  # Who waits for it is not blocked.
                            for _ in range(TURNS):
                                await anyio.lowlevel.checkpoint()
                        if not under_way.is_held:
                            under_way.advance()
                            self.has_changed()
            finally:
                self.has_changed()
            return under_way.reply()

        return call

    def _blocking_method(self, service: Service, name: str) -> Callable[..., Any]:
        def call(_: object, /, *args: Any, **kwargs: Any) -> Any:
            with _UnderWay(self, service, name, args, kwargs) as under_way:
                while under_way.reply is None:
                    _time_sleep(self._pace.latency(under_way.wait))
                    under_way.advance()
            return under_way.reply()

        return call

    def has_changed(self) -> None:
        """What others wait for may have happened. Called on the event loop's thread."""
        self.changed.set()
        self.changed = anyio.Event()

    def record(
        self, service: Service, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Call:
        in_loop = threading.get_ident() == self._loop_thread
        call = Call(
            number=len(self._calls) + 1,
            service=service,
            service_number=0,
            method=method,
            arguments=tuple(plain(args)),
            keywords=plain(kwargs),
            task=self._task_number() if in_loop else 0,
            thread=0 if in_loop else threading.get_ident(),
            line=None,
            started=self.now(),
        )
        self._calls.append(call)
        return call

    def _task_number(self) -> int:
        # AnyIO's own `id` of a task is an address, and may be another task's later on.
        in_trio = trio.lowlevel.in_trio_task()
        task = trio.lowlevel.current_task() if in_trio else asyncio.current_task()
        if task not in self._tasks:
            self._tasks.append(task)
        return self._tasks.index(task) + 1


class _UnderWay:
    """A call of a service in the real world, from its arrival to its reply.

    After `wait` virtual seconds it is time to `advance`, until there is a `reply` to call, which
    returns the value or raises the error. To leave it as a context manager before that is to
    cancel it.
    """

    def __init__(
        self,
        world: RealWorld,
        service: Service,
        method: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> None:
        self.wait = 0.0
        self.reply: Callable[[], Any] | None = None
        self._world = world
        self._invocation: Invocation | None = None
        self._settled: Callable[[], Any] | None = None
        with world.lock:
            self._record = world.record(service, method, args, kwargs)
            try:
                self._invocation = Invocation(
                    service, method, list(self._record.arguments), self._record.keywords
                )
                self._record.given = self._invocation.given
                if self._invocation.latency is None:
                    self._invocation.advance()
            except StopIteration as stop:
                # It was decided when it arrived, and still there is a reply to wait for.
                self._settled = self._answer(stop.value)
            except Exception as error:
                self._settled = self._failure(error)
            else:
                self.wait = self._invocation.latency or 0.0

    @property
    def is_held(self) -> bool:
        """Whether it waits for another call to see to something."""
        return self._invocation is not None and self._invocation.is_held

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self.reply is None:
            with self._world.lock:
                self._record.ended, self._record.outcome = self._world.now(), "cancelled"
                if self._invocation is not None:
                    self._invocation.cancel()

    def advance(self) -> None:
        with self._world.lock:
            if self._settled is not None:
                self.reply = self._settled
                self._record.ended = self._world.now()
                return
            assert self._invocation is not None
            try:
                self._invocation.advance()
            except StopIteration as stop:
                self.reply = self._answer(stop.value)
            except Exception as error:
                self.reply = self._failure(error)
            else:
                self.wait = self._invocation.latency or 0.0

    def _answer(self, value: Any) -> Callable[[], Any]:
        crossed = self._world.cross(value)
        self._record.ended, self._record.outcome = self._world.now(), "answered"
        return lambda: crossed

    def _failure(self, error: Exception) -> Callable[[], Any]:
        failure = Failed(self._record.number, error_kind(error), error_text(error))
        # The end of an iteration is an answer.
        outcome = "answered" if isinstance(error, StopAsyncIteration) else "failed"
        self._record.ended, self._record.outcome = self._world.now(), outcome

        def fail() -> None:
            raise make_error(failure)

        return fail


def _tree(error: BaseException) -> ErrorTree:
    if isinstance(error, BaseExceptionGroup):
        children = [_tree(child) for child in error.exceptions]
        return ErrorTree(type(error).__name__, error.message, None, children)
    return ErrorTree(type(error).__name__, str(error), None)


@contextmanager
def _imported(solution: Path, driver: Path | None) -> Iterator[types.ModuleType]:
    """The module that holds the function to run: the driver, if there is one, which may import the
    submission as `exercise`."""
    before = {name: sys.modules.get(name) for name in ("exercise", "driver")}
    try:
        module = _import("exercise", solution)
        if driver is not None:
            module = _import("driver", driver)
        yield module
    finally:
        for name, old in before.items():
            sys.modules.pop(name, None)
            if old is not None:
                sys.modules[name] = old


def _import(name: str, path: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with patch.object(sys, "dont_write_bytecode", True):  # The course's folders stay as they are.
        spec.loader.exec_module(module)
    return module


@contextmanager
def _own_times(scale: float) -> Iterator[None]:
    """Let the submission's own clock run in the same proportion: a duration or an instant that it
    names is shortened on its way to AnyIO, and what it reads from AnyIO's clock is lengthened.

    Python's own clocks (`time.monotonic`) are asyncio's too and stay as they are.
    """

    def shortened(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        signature = inspect.signature(real)

        @functools.wraps(real)
        def with_time(*args: Any, **kwargs: Any) -> Any:
            given = signature.bind(*args, **kwargs)
            if given.arguments.get(name) is not None:
                given.arguments[name] *= scale
            return real(*given.args, **given.kwargs)

        return with_time

    def lengthened(real: Callable[[], float]) -> Callable[[], float]:
        return lambda: real() / scale

    def deadline(real: Any) -> property:
        """A scope's deadline, as the submission reads and sets it. AnyIO itself keeps to the real one."""

        def factor() -> float:
            asking = sys._getframe(2).f_globals["__name__"]
            return 1.0 if asking.startswith("anyio.") else scale

        def read(scope: Any) -> Any:
            return real.fget(scope) / factor()

        def write(scope: Any, instant: float) -> None:
            real.fset(scope, instant * factor())

        return property(read, write)

    with contextlib.ExitStack() as stack:
        for name, parameter in {
            "sleep": "delay",
            "sleep_until": "deadline",
            "move_on_after": "delay",
            "move_on_at": "deadline",
            "fail_after": "delay",
            "fail_at": "deadline",
            "CancelScope": "deadline",
        }.items():
            replacement = shortened(getattr(anyio, name), parameter)
            stack.enter_context(patch.object(anyio, name, replacement))
        for name in ("current_time", "current_effective_deadline"):
            stack.enter_context(patch.object(anyio, name, lengthened(getattr(anyio, name))))
        for kind in (_asyncio.CancelScope, _trio.CancelScope):
            stack.enter_context(patch.object(kind, "deadline", deadline(kind.deadline)))
        stack.enter_context(
            patch.object(time, "sleep", lambda seconds: _time_sleep(seconds * scale))
        )
        yield


# --- what is compared ---------------------------------------------------------------------------


def facts(trace: Trace, services: Sequence[Service]) -> dict[str, object]:
    """What a run did, without times: by name, each comparable with `==`."""
    found = _ending_facts("", trace.ending)
    if len(trace.acts) > 1:
        for number, act in enumerate(trace.acts, 1):
            found |= _ending_facts(f"act {number}, {act.function}: ", act.ending)
    found |= _call_facts(trace.calls)
    found["tasks left"] = len(trace.tasks_left)
    printed = "".join(p.text for p in trace.prints)
    found["lines printed"] = sorted(filter(_is_no_frame, printed.splitlines()))
    for number, service in enumerate(services):
        for name, value in vars(service).items():
            found |= _value(f"{type(service).__name__} {number}: {name}", value)
    return found


def _ending_facts(of: str, ending: object) -> dict[str, object]:
    found: dict[str, object] = {f"{of}ending": type(ending).__name__}
    if isinstance(ending, Returned):
        found |= _value(f"{of}the value", ending.value)
    elif isinstance(ending, Raised):
        found[f"{of}the kinds of errors"] = _error_text(ending.error, messages=False)
        found[f"{of}the errors"] = _error_text(ending.error, messages=True)
    return found


def _call_facts(calls: Sequence[Call]) -> dict[str, object]:
    by_task: defaultdict[int, list[str]] = defaultdict(list)
    for call in calls:
        if not call.thread:
            by_task[call.task].append(_call_text(call))
    in_flight = {"most calls in flight": list(calls)}
    for call in calls:
        in_flight.setdefault(f"most calls of {call.method} in flight", []).append(call)
    return {
        "calls by method": Counter(f"{_callee(c)} {c.outcome}" for c in calls),
        "calls": Counter(map(_call_text, calls)),
        "calls by task": Counter(map(tuple, by_task.values())),
        "calls from threads": Counter(c.method for c in calls if c.thread),
        # In the simulator a call can take no time at all, and is never in flight; in reality not.
        **{
            name: most_in_flight(some)
            for name, some in in_flight.items()
            if all(call.started != call.ended for call in some)
        },
    }


def _callee(call: Call) -> str:
    return f"{type(call.service).__name__}.{call.method}"


def _call_text(call: Call) -> str:
    given = [f"{name}={_text(value)}" for name, value in call.given.items()]
    return f"{_callee(call)}({', '.join(given)}) {call.outcome}"


def _error_text(error: ErrorTree, *, messages: bool) -> str:
    """An error, with those inside it in no order of their own."""
    text = f"{error.kind}: {error.message}" if messages else error.kind
    children = sorted(_error_text(child, messages=messages) for child in error.children)
    return f"{text}({'; '.join(children)})" if children else text


def _is_no_frame(line: str) -> bool:
    """Whether a printed line is none of a traceback's, which names the files it went through."""
    return not line.startswith((" ", "Traceback "))


def _value(name: str, value: object) -> dict[str, object]:
    found: dict[str, object] = {name: _text(value)}
    if isinstance(value, list | tuple | deque):
        found[f"{name}, in any order"] = sorted(map(_text, value))
    return found


def _text(value: object) -> str:
    """A value that is plain or nearly so, as text; what is neither, by its type."""
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return repr(value)
    if isinstance(value, dict):
        items = sorted(f"{_text(key)}: {_text(item)}" for key, item in value.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(value, list | tuple | deque):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(_text, value)))}}}"
    return f"<{type(value).__name__}>"


def in_common(some: Mapping[str, object], others: Mapping[str, object]) -> dict[str, object]:
    """The facts that are the same in both."""
    return {name: value for name, value in some.items() if others.get(name) == value}


def differences(expected: Mapping[str, object], seen: Mapping[str, object]) -> list[str]:
    """What of `expected` is otherwise in `seen`, a line for each."""
    return [
        f"{name}: {value} in the simulator, {seen.get(name, 'nothing')} on the real clock"
        for name, value in expected.items()
        if seen.get(name) != value
    ]


# --- scenarios ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scenario:
    """One run that a check asks for, and what the simulator says of it."""

    check: str
    script: Script
    """With services as they were before."""
    explored: bool
    """Whether the check tries other orders of replies."""
    runs: int
    """How many runs like it the check asks for."""
    settled: Mapping[str, object]
    """The facts that do not depend on chance."""
    elapsed: float
    """Virtual seconds that it took."""
    at_least: float
    """Virtual seconds that it takes on any clock."""
    shortest: float
    """The shortest time that passed between two things that happened, in virtual seconds."""
    usual: float
    """The latency that most of its calls had (those that had any), in virtual seconds."""
    most: int
    """The most calls that were in flight."""
    another: Callable[[int], Mapping[str, object]]
    """The facts of another run in the simulator, as chance of this number has it."""

    def doubted(self) -> "Scenario":
        """The same, with the facts on which `DOUBTS` other runs agree too."""
        settled = self.settled
        for number in range(VARIANTS, VARIANTS + DOUBTS):
            settled = in_common(settled, self.another(number))
        return replace(self, settled=settled)

    @property
    def can_be_told(self) -> bool:
        """Whether a real clock can tell its moments apart, in some seconds for the whole."""
        return self.elapsed <= FINEST * self.shortest

    async def replay(
        self,
        solution: Path,
        driver: Path | None,
        pace: Pace,
        *,
        compared: Callable[[str], bool] = lambda name: True,
    ) -> list[str]:
        """Run it on the real clock and say in what that differed from the simulator; of the settled
        facts, those are compared whose names are to be."""
        script = copy.deepcopy(self.script)
        trace = await RealWorld(solution, driver, pace).play(script)
        tells_overlaps = self.elapsed <= FINEST_OVERLAP * self.shortest
        expected = {
            name: value
            for name, value in self.settled.items()
            if compared(name) and (tells_overlaps or not name.endswith("in flight"))
        }
        different = differences(expected, facts(trace, script.services))
        least = 0.0 if self.explored else self.at_least * pace.scale - RESOLUTION
        if trace.elapsed < least:
            different.append(f"it took {trace.elapsed:.4f} s, less than {least:.4f} s")
        return different


def collect(
    exercise: Exercise,
    solution: Path,
    backend: str,
    sandbox: Sandbox,
    *,
    worlds: Sequence[Profile] = WORLDS,
    variants: int = VARIANTS,
) -> list[Scenario]:
    """The scenarios of all checks of an exercise that a real clock can tell, as `solution` lives
    through them in such worlds of the simulator. The first of them is explored, if the check explores.

    Raises `CheckFailed` if it does not pass.
    """
    setting = Setting(sandbox, Program(solution.read_bytes(), exercise.driver or b""), backend)
    scenarios: list[Scenario] = []
    watched: set[Callable[..., Any]] = set()
    for check in exercise.checks:
        case = _RecordingCase(setting, f"{SEED}/{exercise.name}/{check.name}")
        case.prepare(check.name, scenarios, watched, worlds, variants)
        check.function(case)
    return [scenario for scenario in scenarios if scenario.can_be_told]


class _RecordingCase(Case):
    """A case whose worlds keep what they were asked for. All of them are plain."""

    def prepare(
        self,
        check: str,
        scenarios: list[Scenario],
        watched: set[Callable[..., Any]],
        profiles: Sequence[Profile],
        variants: int,
    ) -> None:
        self._check = check
        self._scenarios = scenarios
        self._watched = watched
        self._profiles = profiles
        self._variants = variants

    def explore(
        self,
        *,
        orders: bool = False,
        late: bool = False,
        cancel: bool = False,
        fail: Exception | Sequence[Exception] = (),
    ) -> Iterator[World]:
        for number, profile in enumerate(self._profiles):
            chance = random.Random(f"{self._seed}/{number}")
            sketch = Sketch(Replay(), Drawer(profile, chance), chance)
            choices = Choices()
            self._begin(choices, sketch)
            self.worlds += 1
            world = _RecordingWorld(self._setting, choices, sketch, PLAIN, self.has_run)
            explored = number == 0 and (orders or late)
            world.prepare(self._check, self._scenarios, self._variants, explored)
            yield world
            self._choices = None

    def _watch(self, function: Callable[[Case], Iterator[_T]]) -> Iterator[_T]:
        if function not in self._watched:  # By the first of its checks, for all of them.
            self._watched.add(function)
            yield from function(self)


class _RecordingWorld(World):
    def prepare(self, check: str, scenarios: list[Scenario], variants: int, explored: bool) -> None:
        self._check = check
        self._scenarios = scenarios
        self._variants = variants
        self._explored = explored

    def _run(self, acts: Sequence[Act], endings: tuple[type, ...]) -> Run:
        specs, timings = specify_acts(acts)
        for service in _services_in(
            [o.arguments for o in self._objects] + [s.arguments for s in specs]
        ):
            if not any(known is service for known in self._services):
                self._services.append(service)
        script = Script(specs, timings, list(self._objects), list(self._services))
        before = copy.deepcopy(script)
        run = super()._run(acts, endings)
        settled = facts(run.trace, script.services)
        steady = True
        for number in range(self._variants):
            seen, elapsed = self._another(before, run.elapsed, number)
            assert seen.get("ending") == settled["ending"], (self._check, seen.get("ending"))
            settled = in_common(settled, seen)
            steady &= run.elapsed <= elapsed <= run.elapsed * (1 + 2 * STRETCH)
        self._scenarios.append(
            Scenario(
                check=self._check,
                script=before,
                explored=self._explored,
                runs=QUICK.variations + QUICK.rounds * QUICK.more if self._explored else 1,
                settled=settled,
                elapsed=run.elapsed,
                at_least=_least_elapsed(run.trace, settled) if steady else 0.0,
                shortest=_shortest_gap(run.trace),
                usual=_usual_latency(run.trace),
                most=run.most_in_flight(),
                another=lambda number: self._another(before, run.elapsed, number)[0],
            )
        )
        return run

    def _another(
        self, script: Script, elapsed: float, number: int
    ) -> tuple[Mapping[str, object], float]:
        """The facts of the same once more, and the virtual seconds that it took."""
        for _ in range(RETRIES):
            other = copy.deepcopy(script)
            trace = self._vary(other, number, elapsed)
            # A process that is killed from outside says nothing of the program: see `steady.py`.
            if not (isinstance(trace.ending, Overran) and trace.ending.costly):
                break
        return facts(trace, other.services), trace.elapsed

    def _vary(self, script: Script, number: int, elapsed: float) -> Trace:
        """The same once more, which took so many seconds, as chance might have it."""
        draw = random.Random(number)
        jitter = JITTER * (MORE if number >= VARIANTS else 1)
        # Acts that begin at the same instant begin in any order on a real clock, and now and then one is late.
        late = draw.choice((0.0, jitter))
        timings = [
            replace(
                timing,
                at=timing.at
                and timing.at + draw.randrange(1_000) + round(draw.random() * late * elapsed * 1e9),
                cancel_after=timing.cancel_after
                and max(
                    0, timing.cancel_after + round(draw.uniform(-1, 1) * jitter * elapsed * 1e9)
                ),
            )
            for timing in script.timings
        ]
        scheduler: Scheduler = RandomWalk(draw) if self._explored else Timed()
        if not self._explored:
            # Now and then, or always, as what each call costs on a real clock.
            least = draw.choice((0.0, STRETCH))
            for service in script.services:
                _stretch(service, draw, least)
        start = Start(
            backend=self._setting.backend,
            acts=list(script.acts),
            objects=list(script.objects),
            begin=[n for n, timing in enumerate(script.timings) if timing.is_at_once],
            seed=number,
        )
        setting, known = self._setting, list(script.services)
        with _late_deadlines(draw):
            return converse(
                setting.sandbox, start, setting.program, known, Plan(scheduler), timings
            )


def _late_deadlines(draw: random.Random) -> AbstractContextManager[object]:
    """For a while, let the simulator wake the submission late, as a real clock does: now and then, or
    always, so that what beats on its own falls behind."""
    moment = Simulation._moment
    least = draw.choice((0.0, STRETCH))

    def late(self: Simulation, chosen: Enabled, enabled: list[Enabled]) -> int:
        due = moment(self, chosen, enabled)
        if chosen.kind == "deadline":
            due += round((due - self.now) * draw.uniform(least, least + STRETCH))
        return due

    return patch.object(Simulation, "_moment", late)


def _shortest_gap(trace: Trace) -> float:
    instants = {0.0, trace.elapsed}
    for call in trace.calls:
        instants |= {call.started, call.ended or 0.0}
    gaps = (later - earlier for earlier, later in itertools.pairwise(sorted(instants)))
    return min((gap for gap in gaps if gap > 1e-6), default=1.0)


def _least_elapsed(trace: Trace, settled: Mapping[str, object]) -> float:
    """Virtual seconds that the run takes in whatever order its calls come to be made: if they are
    not all as long, another order may be a quicker one."""
    if not trace.calls:
        return trace.elapsed
    lengths = [c.ended - c.started if c.ended is not None else 0.0 for c in trace.calls]
    most = most_in_flight(trace.calls)
    if most <= 1 or max(lengths) - min(lengths) < 1e-6:
        return trace.elapsed
    if not {"calls", "most calls in flight"} <= settled.keys():
        return 0.0
    return sum(n for c, n in zip(trace.calls, lengths, strict=True) if c.done) / most


def _usual_latency(trace: Trace) -> float:
    lengths = [round(c.ended - c.started, 6) for c in trace.calls if c.ended is not None]
    return max([length for length in lengths if length > 0] or [1.0], key=lengths.count)


def _services_in(value: object) -> Iterator[Service]:
    """The services in a value, in the order in which they are numbered."""
    if isinstance(value, Service):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _services_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _services_in(item)


def _stretch(service: Service, draw: random.Random, least: float) -> None:
    """Make every latency of `service` a little longer, each by another amount."""
    kind = type(service)
    methods = {
        spec.name: _stretched(getattr(kind, spec.name), draw, least)
        for spec in specify(service, 0).methods
        if spec.name != "latency"
    }
    service.__class__ = type(kind.__name__, (kind,), methods)


def _held(name: str, service: Service, call: inspect.BoundArguments) -> Any:
    """The latency that `@takes(name)` stands for."""
    held = call.arguments.get(name, getattr(service, name, None))
    if isinstance(held, Mapping):
        return held.get(next(iter(call.args[1:]), None))
    return held


def _stretched(method: Callable[..., Any], draw: random.Random, least: float) -> Callable[..., Any]:
    def longer(latency: float) -> float:
        return latency * (1 + draw.uniform(least, least + STRETCH))

    if inspect.isgeneratorfunction(method):

        @functools.wraps(method)
        def staged(*args: Any, **kwargs: Any) -> Generator[Any, None, Any]:
            stages = method(*args, **kwargs)
            try:
                while True:
                    try:
                        step = next(stages)
                    except StopIteration as stop:
                        return stop.value
                    yield step if callable(step) else longer(step)
            finally:
                stages.close()

        return staged

    @functools.wraps(method)
    def direct(*args: Any, **kwargs: Any) -> Any:
        value = method(*args, **kwargs)
        if isinstance(value, Service):
            _stretch(value, draw, least)
        return value

    own = getattr(method, "__latency__", None)

    def latency(service: Service, *args: Any, **kwargs: Any) -> float:
        nominal = own
        if isinstance(own, str):
            nominal = _held(own, service, inspect.signature(method).bind(service, *args, **kwargs))
        elif callable(own):
            nominal = own(service, *args, **kwargs)
        if nominal is None:
            nominal = service.latency
            nominal = nominal(*args, **kwargs) if callable(nominal) else nominal
        return longer(nominal)

    direct.__latency__ = latency  # type: ignore[attr-defined]
    return direct
