"""What the tests share: one warmed sandbox, the two backends, and short ways to run a source text.

run = play(source, *arguments)      a run of its `main`, however it ended
failure = fail(source, *arguments)  the failure that a check would report for it
marked(source)                      the number of the line that carries the comment `# here`
"""

import os
import shutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from checker.course import Course, Exercise
from checker.judge.acts import Timing
from checker.judge.case import Case
from checker.judge.conversation import converse
from checker.judge.explain import CheckFailed
from checker.judge.launch import Program, Sandbox
from checker.judge.run import Run
from checker.judge.scheduler import Plan, Scheduler, Timed
from checker.judge.search.explore import QUICK, Depth
from checker.judge.setting import Setting
from checker.report import BACKENDS
from checker_sandbox.wire.messages import ActSpec, Start, instant

ROOT = Path(__file__).parents[1]

os.environ.pop("LC_ALL", None)  # It may ask for ASCII alone, and the tests look for more.

# The suite must repeat as the verdicts do, so Hypothesis draws the same examples every time.
hypothesis.settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("repeatable")

LONGEST = ("test_attacks.py", "test_sweep.py", "test_conformance.py", "test_cli.py", "test_try.py")
"""The files that take the longest. They are begun first, so that no worker is left alone with one."""

APART = frozenset({"test_cli.py", "test_conformance.py", "test_try.py", "test_watch.py"})
"""The files whose tests share next to nothing, so that several workers may take their share of one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: (
            LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST)
        )
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile`: a file is for one worker, unless its tests stand apart."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return nodeid if Path(file).name in APART else file

    return Scheduling(config, log)


def written(source: str) -> str:
    """A source text as it would stand in a file: its margin and its first line feed taken off."""
    return textwrap.dedent(source).removeprefix("\n")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The kit as it was shipped, whatever has been done to this one since; no repository."""
    folder = tmp_path / "clone"
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for exercise in Course.load(folder):
        exercise.file.write_bytes(exercise.starter)
    return folder


@pytest.fixture
def exercise_with(tmp_path: Path) -> Callable[[str], Exercise]:
    """The only exercise of a course, with these checks."""

    def exercise_with(checks: str) -> Exercise:
        folder = tmp_path / "exercises" / "orders" / "asking"
        folder.mkdir(parents=True)
        (tmp_path / "exercises" / "course.toml").write_text(
            '[[chapters]]\nname = "orders"\ntitle = "Orders"\nexercises = ["asking"]\n'
        )
        (folder / "checks.py").write_text(checks)
        (folder / "exercise.toml").write_text(
            'title = "Asking"\ngives = ["tasks"]\ndifficulty = 1\nhints = ["one", "two"]\n'
        )
        starter = tmp_path / "solutions" / "orders" / "asking" / "starter.py"
        starter.parent.mkdir(parents=True)
        starter.write_text("async def main(desk): ...\n")
        [exercise] = Course.load(tmp_path)
        return exercise

    return exercise_with


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    backend: str = request.param
    return backend


@pytest.fixture
def case_of(sandbox: Sandbox, backend: str) -> Callable[..., Case]:
    """A `Case` for a source text, as a check gets it."""

    def case_of(
        source: str, *, seed: str = "tests", driver: str | None = None, depth: Depth = QUICK
    ) -> Case:
        text = b"" if driver is None else written(driver).encode()
        program = Program(written(source).encode(), text)
        return Case(Setting(sandbox, program, backend, depth), seed)

    return case_of


@pytest.fixture
def play_on(sandbox: Sandbox) -> Callable[..., Run]:
    """As `play`, on a backend of one's own choice."""

    def play_on(
        backend: str,
        source: str,
        *arguments: Any,
        function: str = "main",
        cancel_after: float | None = None,
        scheduler: Scheduler | None = None,
        seed: int = 0,
    ) -> Run:
        start = Start(backend, [ActSpec(function, list(arguments))], seed)
        program = Program(written(source).encode())
        timing = Timing(cancel_after=None if cancel_after is None else instant(cancel_after))
        plan = Plan(scheduler or Timed())
        return Run(converse(sandbox, start, program, [], plan, [timing]))

    return play_on


@pytest.fixture
def play(play_on: Callable[..., Run], backend: str) -> Callable[..., Run]:
    """Run the `main` of a source text to its end, whatever that is; services may stand anywhere in
    the arguments."""

    def play(source: str, *arguments: Any, **options: Any) -> Run:
        return play_on(backend, source, *arguments, **options)

    return play


@pytest.fixture
def fail(case_of: Callable[..., Case]) -> Callable[..., CheckFailed]:
    """Run the `main` of a source text, which must fail, and return the failure."""

    def fail(source: str, *arguments: Any, **options: Any) -> CheckFailed:
        with pytest.raises(CheckFailed) as caught:
            case_of(source).world().run("main", *arguments, **options)
        return caught.value

    return fail


@pytest.fixture(scope="session")
def marked() -> Callable[..., int]:
    def marked(source: str, mark: str = "# here") -> int:
        lines = [n for n, row in enumerate(written(source).splitlines(), 1) if mark in row]
        (line,) = lines
        return line

    return marked


@pytest.fixture
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No word of the environment's on what a terminal is like."""
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
