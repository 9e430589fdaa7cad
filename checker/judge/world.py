"""One world of a check: what is outside the submission, and one run of it in there.

The check adds services and says what is called. What else makes this world differ from another, such
as a cancellation from outside or a call that fails, is chosen here when it runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from checker.judge.acts import Act, Instance, settle, specify_acts, specify_object
from checker.judge.choices import SEEDS, Choices, Kind
from checker.judge.conversation import converse
from checker.judge.draws import Misuse
from checker.judge.explain import explain
from checker.judge.run import Run
from checker.judge.scheduler import LAGS, Pause, Plan, Recorder, Timed
from checker.judge.search.explore import Aims, Sketch
from checker.judge.service import Service
from checker.judge.setting import Setting
from checker.judge.streams import Stream
from checker.judge.trace import Overran, Raised, Returned, Stopped, Trace
from checker_sandbox.wire.messages import ObjectSpec, Start, Strike

MOST_STEPS: Final = 1 << 20
"""Beyond how many task steps or calls nothing is made to go wrong."""

_S = TypeVar("_S", bound=Service)


class World:
    """Everything outside the submission, for one run of it. A world is for one run: a second one is a
    mistake of the author, and the check is then not graded.

    Arguments of the submission are plain data (None, bool, int, float, str, bytes, and lists, tuples and
    dictionaries of such) and services; anything else raises `TypeError`."""

    def __init__(
        self,
        setting: Setting,
        choices: Choices,
        sketch: Sketch,
        aims: Aims,
        has_run: Callable[[Trace, Choices], None],
    ) -> None:
        self._setting = setting
        self.choices = choices
        """What makes this world differ from another."""
        self._sketch = sketch
        self._aims = aims
        self._has_run = has_run
        self._services: list[Service] = []
        self._objects: list[ObjectSpec] = []
        self._streams: list[Stream] = []
        self.is_timed = True
        """Whether every call took exactly its latency; known once it has run."""
        self.trace: Trace | None = None
        """What was seen, once it has run."""

    def add(self, service: _S) -> _S:
        """Put a service into this world, and return it. One that only stands among the arguments, or that
        another service returns, needs no `add`."""
        self._services.append(service)
        return service

    def stream(self, buffer: float = 0) -> Stream:
        """A memory object stream with room for so many items (`math.inf` for any number), of which either
        end, or both, may stand among the arguments."""
        stream = Stream(len(self._streams), buffer)
        self._streams.append(stream)
        return stream

    def run(self, function: str, *arguments: Any, cancel_after: float | None = None) -> Run:
        """Run the submission's `function(*arguments)` to its end; services may stand anywhere in
        the arguments. It must return (or, with `cancel_after` virtual seconds, let itself be
        cancelled then): anything else raises `CheckFailed`, with a message that says what happened.
        """
        return self.run_all(_call(function, arguments, cancel_after))

    def attempt(self, function: str, *arguments: Any, cancel_after: float | None = None) -> Run:
        """As `run`, but the function may also raise: see `Run.error`. A deadlock, an endless loop and the
        like still fail the check."""
        return self.attempt_all(_call(function, arguments, cancel_after))

    def new(self, name: str, *arguments: Any) -> Instance:
        """An object of the submission's class `name`, made at the beginning of the run: its methods,
        called here, are acts for `run_all`."""
        self._objects.append(specify_object(name, arguments))
        return Instance(len(self._objects) - 1)

    def call(self, function: str, *arguments: Any) -> Act:
        """A call of the submission's `function(*arguments)`, as an act for `run_all`."""
        return Act(function, arguments, None)

    def run_all(self, *acts: Act) -> Run:
        """Run these acts in one event loop, at the same time unless they say otherwise. Each must
        return, or let itself be cancelled if it was to be: anything else fails the check, with a
        message about the first one that did not."""
        return self._run(acts, (Returned, Stopped))

    def attempt_all(self, *acts: Act) -> Run:
        """As `run_all`, but the acts may also raise: see `Act.error`."""
        return self._run(acts, (Returned, Stopped, Raised))

    def observe(self, function: str, *arguments: Any) -> Run:
        """As `run`, however it ends: for a question, which has nothing to demand. See
        `Run.is_deadlocked`."""
        return self.observe_all(self.call(function, *arguments))

    def observe_all(self, *acts: Act) -> Run:
        """As `run_all`, however the acts and the run end."""
        trace = self._play(acts)
        settle(acts, trace)
        return Run(trace)

    def _run(self, acts: Sequence[Act], endings: tuple[type, ...]) -> Run:
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
        if (spent := setting.budget.spent) is not None:
            raise explain(Trace(setting.backend, ending=Overran(spent)))
        self.choices.running = True
        ready = self._take("ready", SEEDS)
        plan = Plan(
            delays=self._aims.late,
            lag=lambda: self._take("lag", LAGS),
            known=setting.known,
            stop=self._sketch.stop,
        )
        if self._aims.orders and self._take("explored", 2):
            self.is_timed = False
            scheduler = self._sketch.scheduler if self._sketch.scheduler.explored else Timed()
            plan = replace(plan, scheduler=Recorder(self.choices, scheduler))
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
            picture=setting.pictured,
            strike=strike,
            # Where a call may fail, too: who sees that steps are counted should not know what is coming.
            count=self._aims.cancel or bool(errors),
            apart=setting.apart,
        )
        self.trace = trace = converse(
            setting.sandbox,
            start,
            setting.program,
            self._services,
            plan,
            timings,
            budget=setting.budget,
        )
        for stream in self._streams:
            stream.settle(trace)
        self._has_run(trace, self.choices)
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
