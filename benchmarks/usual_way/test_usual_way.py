"""The usual way to judge the same exercises: a pytest suite with AnyIO's plugin, on the real clock.

It is what `benchmarks/grade.py` compares the kit with, so it is kind to itself wherever there is a
choice:

- It imports each solution, and trusts it: no process of its own for it, no limits, nothing secret.
- The latency that most calls of a run have is scaled to 20 ms, the shortest at which a machine with
  other work to do still tells who came first. A run that would take more than a second is scaled
  down to one: a few checks have a latency that is a thousand times as long as the others.
- A check that tries many orders of replies gets as many runs here as in a quick grade, each with latencies that are
  drawn at random up to the nominal ones, as a real network's would be.
- It asserts how a run ended, the value or the errors, and what is in the services afterwards, where
  chance cannot change them; and nothing about time, which on a real clock it could only do loosely.

What goes into each run and what has to come out is what the kit's own checks asked for and saw: they
are run in the simulator once, in the fixture `scenarios`. A suite written by hand would have both in
its source text, so that time is no part of the usual way. The last line of the output names it, to
be taken off:

    collecting the scenarios took 4.200 s, which is no part of the usual way
"""

import importlib.util
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from checker.course import Course, Exercise
from checker.judge.launch import Sandbox
from checker.report import BACKENDS

ROOT = Path(__file__).parents[2]
COURSE = Course.load(ROOT)
REAL_LATENCY = 0.02
MOST_REAL_SECONDS = 1.0

_NOT_ASSERTED = ("calls", "most calls", "tasks left", "lines printed")


def _real_clock() -> ModuleType:
    """The services on the real clock, which the conformance tests have too."""
    path = ROOT / "tests" / "real_clock.py"
    spec = importlib.util.spec_from_file_location("real_clock", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["real_clock"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


real_clock = _real_clock()


class _Scenarios:
    """What the checks of each exercise asked for and saw, found out when it is first needed; as a plugin, it
    names the seconds that this took."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._found: dict[tuple[str, str], list[Any]] = {}
        self._seconds = 0.0

    def of(self, exercise: Exercise, check: str, backend: str) -> list[Any]:
        """The scenarios (`real_clock.Scenario`) of a check."""
        of_exercise = exercise.name, backend
        if of_exercise not in self._found:
            began = time.perf_counter()
            solution = exercise.solutions / "solution.py"
            collected = real_clock.collect(exercise, solution, backend, self._sandbox)
            self._found[of_exercise] = [scenario.doubted() for scenario in collected]
            self._seconds += time.perf_counter() - began
        return [scenario for scenario in self._found[of_exercise] if scenario.check == check]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(
            f"collecting the scenarios took {self._seconds:.3f} s, "
            "which is no part of the usual way"
        )


@pytest.fixture(scope="session")
def scenarios(pytestconfig: pytest.Config) -> Iterator[_Scenarios]:
    with Sandbox() as sandbox:
        found = _Scenarios(sandbox)
        pytestconfig.pluginmanager.register(found)
        yield found


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", BACKENDS)
@pytest.mark.parametrize(
    ("exercise", "check"),
    [
        pytest.param(exercise, check.name, id=f"{exercise.short_name}-{check.name}")
        for exercise in COURSE
        for check in exercise.checks
    ],
)
async def test_solution(
    exercise: Exercise, check: str, anyio_backend: str, scenarios: _Scenarios
) -> None:
    driver = exercise.folder / "driver.py" if exercise.driver is not None else None
    for scenario in scenarios.of(exercise, check, anyio_backend):
        scale = min(REAL_LATENCY / scenario.usual, MOST_REAL_SECONDS / max(scenario.elapsed, 0.001))
        draw = random.Random(check) if scenario.explored else None
        for _ in range(scenario.runs):
            different = await scenario.replay(
                exercise.solutions / "solution.py",
                driver,
                real_clock.Pace(scale, draw),
                compared=lambda name: not name.startswith(_NOT_ASSERTED),
            )
            assert not different
