"""A check, tried on a submission: passed, or failed in a way that repeats and is as small as it gets.

A failure that a search found is replayed in a process of its own before anybody hears of it, and
then shrunk. One that cannot be reproduced is a failure of a program that depends on something nobody
controls, where that is proved; otherwise it is an error of the kit, and no mark.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from checker.course import Check
from checker.judge.case import Case, Memory, ReplayEnded
from checker.judge.choices import Choices, Replay
from checker.judge.explain import CheckFailed
from checker.judge.launch import Program, Sandbox, SandboxError
from checker.judge.scheduler import Scheduler
from checker.judge.search.explore import PLAIN, Aims
from checker.judge.search.shrink import Failing, shrink
from checker.judge.service import Service
from checker.judge.setting import Setting
from checker.judge.steady import first_difference, telling
from checker.judge.trace import ErrorTree, Livelocked, Overran, Raised, Spun, Trace
from checker.report import Searched
from checker.translation import _

UNSTEADY: Final = _(
    "it failed, but when the same run was repeated, it did not fail in the same way, and nothing that "
    "the program did was different: that is a bug in the checker, or the machine was at its limits; "
    "grade it again, and report this if it happens again"
)

DIFFERS: Final = "runs differ"
"""What such failures have in common: their topic."""

ALWAYS_DIFFERENT: Final = _(
    "it fails in a different way each time, so it depends on something that nobody can repeat: memory "
    "addresses, the system's own randomness, or the time outside"
)

DO_WHAT_REPEATS: Final = _(
    "make it depend only on its arguments: take random numbers from `random`, and never decide "
    "anything by addresses, by the real time or by files"
)

REPEATS: Final = 3
"""How often a world is played again, where a failure in it did not repeat."""

MORE_REPEATS: Final = 12
"""How often, where that has shown nothing, and without it there would be no mark."""

SMALLER_STEPS: Final = 10_000
"""How many steps all smaller runs may have together: two hundred of the usual ones."""

SMALLER_ENDLESS_STEPS: Final = 1_000
"""How many, where each of them goes on until it is seen that it never ends."""

_Kind: TypeAlias = tuple[object, ...]


@dataclass(frozen=True)
class Attempt:
    """The result of a check."""

    failure: CheckFailed | None = None
    obstacle: str | None = None
    """What kept the check from being tried: the kit's or the machine's doing."""
    is_broken: bool = False
    """Whether that was its sandbox, which failed; see `Judging`, which finds out why."""
    choices: Choices = field(default_factory=Choices)
    """Those of the last world that the check had."""
    trace: Trace | None = None
    """The last run, if there was one."""
    kind: _Kind = ()
    """In what way it failed: by which lines of the check, and how the run ended."""
    worlds: int = 0
    """How many worlds the check had, up to the one in which it failed."""
    searched: Searched | None = None
    """How far the search went, if it came to its end."""
    is_rare: bool = False
    """Whether only a thorough search finds the failure."""
    is_by_order: bool = False
    """Whether the same run passes if ready tasks go on in the order in which they were started."""
    is_shared: bool = False
    """Whether the same run passes if each call, or each object, gets a fresh import of the program."""

    aims: Aims = PLAIN
    """What the check wants explored."""

    @property
    def played(self) -> Replay:
        """What the last world was, to reproduce it."""
        return self.choices.replay()


def try_check(
    check: Check,
    setting: Setting,
    seed: str,
    memory: Memory | None = None,
    small: Sequence[Replay] = (),
) -> Attempt:
    """Try a check, and if it fails, find a run that shows it, as small as it gets; maybe one of those that
    are known to be `small`, since other checks failed in them."""
    first = play(check, setting, seed, memory=memory)
    if not setting.explained or not _can_repeat(first):
        return first
    repeated = _repeat_smallest(check, setting, seed, first, memory, small)
    if repeated is None and setting.budget.spent:
        return first  # There is no time left to have it again.
    if repeated is None:
        differs = _differs(check, setting, seed, first, [], REPEATS)
        if differs is not None:
            return differs
        # Runs that share a process may get into each other's way, however clean each one leaves it.
        first = play(check, replace(setting, fresh=True), seed)
        if not _can_repeat(first):
            return first
        repeated = _repeat_smallest(check, setting, seed, first, memory, small)
    if repeated is None:
        return _unsteady(check, setting, seed, first)
    if _met_limit(repeated.trace) or _spun(repeated.trace):
        return replace(repeated, worlds=first.worlds)  # Each further run would take as long.
    return replace(
        repeated,
        worlds=first.worlds,
        is_by_order=_is_by_order(check, setting, seed, repeated),
        is_shared=_is_shared(check, setting, seed, repeated),
    )


def _repeat_smallest(
    check: Check,
    setting: Setting,
    seed: str,
    first: Attempt,
    memory: Memory | None,
    small: Sequence[Replay],
) -> Attempt | None:
    """The smallest run found that fails as the `first` one did, or else that one itself, in a process of its
    own; None if neither fails there."""
    smallest = _smallest(check, setting, seed, first, memory, small)
    repeated = _repeat(check, setting, seed, smallest)
    if repeated is None and smallest is not first:
        return _repeat(check, setting, seed, first)
    return repeated


def _smallest(
    check: Check,
    setting: Setting,
    seed: str,
    first: Attempt,
    memory: Memory | None,
    small: Sequence[Replay],
) -> Attempt:
    """The smallest run found that fails as the `first` one did."""
    if _spun(first.trace):
        return first  # Each smaller one would take as long.
    most = SMALLER_ENDLESS_STEPS if _is_endless(first.trace) else SMALLER_STEPS
    spent = 0
    known = {first.played: first}

    def fails(smaller: Replay) -> Failing | None:
        nonlocal spent
        if spent > most:
            return None
        tried = play(check, setting, seed, smaller, memory)
        if _met_limit(tried.trace):
            spent += most // 2  # A smaller one may be seen through, so a few are worth their time.
        elif tried.trace is not None:
            spent += tried.trace.steps
        if tried.kind != first.kind:
            return None
        known[tried.played] = tried
        if smaller in small and _met_limit(tried.trace):
            spent = most + 1  # It is as small as another check could make it, and each try is long.
        return Failing.of(tried.choices)

    return known[shrink(Failing.of(first.choices), fails, small).replay]


def play(
    check: Check,
    setting: Setting,
    seed: str,
    replay: Replay | None = None,
    memory: Memory | None = None,
    *,
    scheduler: Scheduler | None = None,
    stop: int | None = None,
) -> Attempt:
    """Go through a check once; with a `replay`, to that world of it alone. Where that ends, `scheduler`
    goes on, if replies may overtake each other there; before the thing of the number `stop`, the run
    stops, which is no failure of the submission's but has the ending `Paused`."""
    case = Case(setting, seed, replay, memory, scheduler=scheduler, stop=stop)
    failure: CheckFailed | None = None
    obstacle = None
    is_broken = False
    kind: _Kind = ()
    try:
        check.function(case)
    except ReplayEnded:
        pass
    except CheckFailed as error:
        failure = error
        kind = _kind(check, error, case.last_trace)
        error.__traceback__ = None  # It holds the check's frames, and those its worlds.
    except SandboxError as error:
        obstacle, is_broken = str(error), True
    except Exception as error:
        # A mistake in the check or in a service of it. It says nothing about the submission.
        obstacle = _(
            "the check itself raised {kind}: {error}", kind=type(error).__name__, error=error
        )
    trace = case.last_trace
    if trace is not None and failure is not None:
        trace = replace(trace, together=failure.together, late=failure.late, about=failure.about)
    return Attempt(
        failure,
        obstacle,
        is_broken,
        choices=case.played,
        trace=trace,
        kind=kind,
        worlds=case.worlds,
        searched=case.searched,
        aims=case.aims,
    )


def _repeat(check: Check, setting: Setting, seed: str, tried: Attempt) -> Attempt | None:
    """Reproduce a failure in a process of its own; None if that cannot be done."""
    ending = tried.trace.ending if tried.trace is not None else None
    known = ending if isinstance(ending, Livelocked) else None
    for watched in (True, False):  # To be watched takes time, which a run may not have.
        alone = replace(setting, fresh=True, watched=watched, known=known)
        repeated = play(check, alone, seed, tried.played)
        if repeated.kind == tried.kind:
            return repeated
    return None


def _unsteady(check: Check, setting: Setting, seed: str, first: Attempt) -> Attempt:
    """What comes of a failure, in a process of its own, that is not to be had again."""
    if setting.budget.spent:
        return first  # There is no time left to have it again.
    again = _differs(check, setting, seed, first, [first], MORE_REPEATS)
    return again if again is not None else Attempt(obstacle=UNSTEADY)


def _differs(
    check: Check, setting: Setting, seed: str, first: Attempt, known: list[Attempt], times: int
) -> Attempt | None:
    """The failure of a program whose runs differ, though it was given the same world in each of them:
    that of `first`, of which some plays may be `known`. None if that is not proved. What proves it
    stands in `checker/judge/steady.py`."""
    alone = replace(setting, fresh=True)
    plays = [*known]
    for _time in range(times):
        if setting.budget.spent:
            break
        plays.append(play(check, alone, seed, first.played))
        found = first_difference(telling([each.trace for each in plays if not each.obstacle]))
        if found is None:
            continue
        if not replays_exactly(setting.sandbox, setting.backend):
            return None
        said = _(
            "runs with the same inputs and the same replies differ: {difference}. So it depends on "
            "something that nobody can repeat: the system's own randomness, memory addresses, the time "
            "outside, or a race between its threads",
            difference=found,
        )
        return Attempt(CheckFailed(said, advice=DO_WHAT_REPEATS, topic=DIFFERS))
    # A death or a limit proves nothing alone. But if none of the plays went well, none has earned it.
    if known and len(plays) > REPEATS and all(each.failure for each in plays):
        return Attempt(CheckFailed(ALWAYS_DIFFERENT, advice=DO_WHAT_REPEATS))
    return None


def replays_exactly(sandbox: Sandbox, backend: str) -> bool:
    """Whether a program of the kit's own is the same run each time, here and now."""
    setting = Setting(sandbox, Program(_CONTROL), backend, fresh=True)
    plays = [play(_CONTROL_CHECK, setting, "control", Replay()) for _time in range(REPEATS)]
    if any(each.obstacle is not None or each.trace is None for each in plays):
        return False
    traces = telling([each.trace for each in plays])
    return len(traces) == REPEATS and first_difference(traces) is None


_CONTROL: Final = b"""
import random
import anyio

async def main(clock):
    async def ask(number):
        for _ in range(3):
            await anyio.sleep(random.random())
            await clock.tell(number, random.random())

    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(ask, number)
    return random.random()
"""
"""It depends on all that a run may depend on: the order of its tasks, virtual time, and seeded chance."""


class _Clock(Service):
    def tell(self, number: int, drawn: float) -> None: ...


def _it_is_played(case: Case) -> None:
    for world in case.explore():
        world.run("main", world.add(_Clock()))


_CONTROL_CHECK: Final = Check(_it_is_played, "It is played", 1, None)


def _is_endless(trace: Trace | None) -> bool:
    """Whether a run went on for long, and showed or proved that it would do so for ever."""
    return _met_limit(trace) or (trace is not None and isinstance(trace.ending, Livelocked))


def _met_limit(trace: Trace | None) -> bool:
    """Whether a run took all the steps that a run may take."""
    return trace is not None and isinstance(trace.ending, Overran) and trace.ending.endless


def _spun(trace: Trace | None) -> bool:
    """Whether a run computed until its time was up."""
    return trace is not None and isinstance(trace.ending, Spun)


def _is_by_order(check: Check, setting: Setting, seed: str, failing: Attempt) -> bool:
    events = failing.choices.events
    if not events or events[0].kind != "ready" or not events[0].taken:
        return False
    inputs, (_, *others) = failing.played.inputs, failing.played.events
    in_order = play(check, setting, seed, Replay(inputs, (0, *others)))
    return in_order.failure is None and in_order.obstacle is None


def _is_shared(check: Check, setting: Setting, seed: str, failing: Attempt) -> bool:
    if failing.trace is None or len(failing.trace.acts) < 2:
        return False
    apart = play(check, replace(setting, fresh=True, apart=True), seed, failing.played)
    return apart.failure is None and apart.obstacle is None


def _can_repeat(tried: Attempt) -> bool:
    """Whether there is a failure, of a kind that is worth another run."""
    failure = tried.failure
    return failure is not None and not failure.hopeless and not failure.costly


def _kind(check: Check, failure: CheckFailed, trace: Trace | None) -> _Kind:
    file = check.function.__code__.co_filename
    lines = [
        frame.f_lineno if number is None else number
        for frame, number in traceback.walk_tb(failure.__traceback__)
        if frame.f_code.co_filename == file
    ]
    # A run of several acts returns, however each of them ends.
    endings = [trace.ending, *(act.ending for act in trace.acts)] if trace is not None else []
    errors = {kind for one in endings if isinstance(one, Raised) for kind in _kinds(one.error)}
    # The limit of steps is met by livelocks that are too large to be seen through.
    name = "Livelocked" if _is_endless(trace) else type(endings[0]).__name__ if endings else ""
    return (*lines, *filter(None, [name]), *sorted(errors))


def _kinds(error: ErrorTree) -> tuple[str, ...]:
    """The kinds of an error and of those inside it, each once."""
    return tuple(
        sorted({error.kind, *(kind for child in error.children for kind in _kinds(child))})
    )
