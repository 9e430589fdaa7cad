"""To tell one run from another gains nothing: a program that is right only there fails.

The programs here know more than any submission can: the judge itself tells them how many runs came before,
and all that is sent. In a run that they recognize they are the exercise's right answer; in all others they
raise an error. Every check that looks at one of the others must fail.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from checker.course import Course, Exercise
from checker.judge import world as worlds
from checker.judge.attempt import play
from checker.judge.case import Case, Memory
from checker.judge.grade import seed_of
from checker.judge.launch import Program, Sandbox
from checker.judge.search.explore import Depth
from checker.judge.setting import Setting
from checker.judge.trace import Trace
from checker_sandbox.wire.messages import Start

COURSE = Course.find(Path(__file__).parent)

DEPTH = Depth("some", rounds=6, variations=4, few=0, more=1, largest=7)

REFUSING = b"""
import inspect as _inspect


async def _refuse(*_, **__):
    raise SystemError("not one of mine")


for _name, _value in [*globals().items()]:
    if _inspect.iscoroutinefunction(_value):
        globals()[_name] = _refuse
    elif _inspect.isclass(_value) and _value.__module__ == __name__:
        for _method, _function in [*vars(_value).items()]:
            if _inspect.iscoroutinefunction(_function):
                setattr(_value, _method, _refuse)
"""
"""Below the starter: each of its coroutine functions raises an error at once."""

README = Path(__file__).parents[1] / "README.md"

SEVERAL_SCENES = {
    "first_steps/forgotten_await",
    "cancellation/whose_timeout",
    "cancellation/night_shift",
    "cancellation/happy_eyeballs",
    "cancellation/retry_with_backoff",
    "streams/waiting_for_more",
    "streams/shared_end",
    "streams/nightly_import",
    "streams/lost_item",
    "locks_and_limits/deadlock",
    "locks_and_limits/leaked_permit",
    "locks_and_limits/single_flight",
    "streams/worker_pool",
    "streams/stuck_reel",
    "streams/clicks_at_night",
    "locks_and_limits/no_line_free",
    "cancellation/new_version",
    "task_groups/fire_and_forget",
    "task_groups/up_and_running",
    "lifetimes/empty_album",
    "lifetimes/reading_room",
    "lifetimes/wrong_patient",
    "locks_and_limits/rack_in_the_lab",
    "services/frozen_signs",
    "streams/ship_in_the_car_park",
    "streams/short_stories_only",
    "task_groups/telescope_is_taken",
    "task_groups/dry_greenhouse",
}
"""Here some checks look at other worlds than others do, so a program that could tell these apart could earn
the points of some checks by being right in their worlds alone: no more than one that is wrong in the others
by mistake."""


@dataclass
class Seen:
    """What there is to know of a run when it begins."""

    number: int
    """How many runs of its scene came before."""
    start: Start

    def size(self) -> int:
        """How large the inputs are."""
        return _size([act.arguments for act in self.start.acts])


def _size(value: Any) -> int:
    return 1 + sum(map(_size, value)) if isinstance(value, list | tuple | dict) else 1


Knows = Callable[[Seen], bool]

RECOGNIZED: dict[str, Knows] = {
    "the first run": lambda seen: seen.number == 0,
    "every other run": lambda seen: seen.number % 2 == 0,
    "large inputs": lambda seen: seen.size() >= 20,
    "several calls": lambda seen: not seen.start.is_one_call,
    "no cancellation ahead": lambda seen: seen.start.strike is None,
    "an odd seed": lambda seen: seen.start.seed % 2 == 1,
}


class Judged:
    """The checks of an exercise, on a program that is right in the runs that it `knows`."""

    def __init__(self, exercise: Exercise, sandbox: Sandbox, knows: Knows) -> None:
        self.passed: set[str] = set()
        self.looked_at: dict[str, set[str]] = {check.name: set() for check in exercise.checks}
        """The scenes that each check looks at."""
        self.unknown: set[str] = set()
        """The scenes with a run that it did not know."""
        right = (exercise.solutions / "solution.py").read_bytes()
        runs: Counter[str] = Counter()
        scene = ""

        def converse(
            sandbox: Sandbox, start: Start, program: Program, *rest: Any, **more: Any
        ) -> Trace:
            seen = Seen(runs[scene], start)
            runs[scene] += 1
            if not knows(seen):
                self.unknown.add(scene)
            source = right if knows(seen) else exercise.starter + REFUSING
            return real_converse(sandbox, start, Program(source, program.driver), *rest, **more)

        def explore(case: Case, **aims: Any) -> Iterator[worlds.World]:
            nonlocal scene
            name = case._seed.rpartition("/")[2]
            looping = real_explore(case, **aims)
            while True:
                scene = name
                try:
                    world = next(looping)
                except StopIteration:
                    return
                yield world

        def watch(case: Case, function: Callable[..., Any]) -> Iterator[Any]:
            self.looked_at[check.name].add(function.__name__)
            return real_watch(case, function)

        real_converse, real_explore, real_watch = worlds.converse, Case.explore, Case._watch
        program = Program(b"", exercise.driver or b"")
        setting = Setting(sandbox, program, "asyncio", DEPTH, explained=False)
        memory: Memory = {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worlds, "converse", converse)
            patch.setattr(Case, "explore", explore)
            patch.setattr(Case, "_watch", watch)
            for check in exercise.checks:
                tried = play(check, setting, seed_of(check, exercise, "b" * 26), memory=memory)
                assert tried.obstacle is None, (check.name, tried.obstacle)
                if tried.failure is None:
                    self.passed.add(check.name)


@pytest.mark.parametrize("exercise", [*COURSE], ids=lambda exercise: exercise.short_name)
def test_to_be_right_only_where_it_is_recognized_earns_nothing(exercise, sandbox):
    refuses = Judged(exercise, sandbox, lambda seen: False)
    assert not refuses.passed
    looked_at = refuses.looked_at.values()
    assert all(looked_at)
    assert (len(set().union(*looked_at)) > 1) == (exercise.name in SEVERAL_SCENES)
    for what, knows in RECOGNIZED.items():
        judged = Judged(exercise, sandbox, knows)
        for name in judged.passed:
            assert not judged.looked_at[name] & judged.unknown, (what, name)


def test_the_readme_names_the_exercises_whose_checks_look_at_different_worlds():
    words = " ".join(README.read_text(encoding="utf-8").split())
    named = words.partition("Where all checks of an exercise look at the same worlds")[2]
    named = named.partition("they do not:")[0]
    assert set(re.findall(r"`(\w+)`", named)) == {name.partition("/")[2] for name in SEVERAL_SCENES}
