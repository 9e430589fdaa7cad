"""How far a search goes, and how it is told: quick or thorough, and a race that it must find first."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from checker.feedback.console import describe_searched
from checker.judge import canary, case
from checker.judge.attempt import play
from checker.judge.grade import grade
from checker.judge.launch import Program
from checker.judge.search.explore import QUICK, THOROUGH, Aims, explore
from checker.judge.setting import Setting
from checker.report import Searched
from checker.submission import Source

from .test_bad_input import make_up

CHECKS = """
from checker import Case, Service, check


class Desk(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.asked = []

    def ask(self, n: int) -> None:
        self.asked.append(n)


@check("The replies may come in reverse", points=2, advice="wait for all")
def in_reverse(case: Case) -> None:
    for world in case.explore(orders=True):
        desk = Desk()
        run = world.run("ask_all", desk)
        run.expect(desk.asked != [3, 2, 1, 0], f"{desk.asked} were asked in reverse")


@check("All are asked", points=1)
def all_asked(case: Case) -> None:
    for world in case.explore():
        desk = Desk()
        world.run("ask_all", desk).expect(len(desk.asked) == 4, "not all were asked")
"""

# It goes wrong in one of 24 orders.
ASKS = b"""\
import anyio

async def ask_all(desk):
    async with anyio.create_task_group() as group:
        for n in range(4):
            group.start_soon(desk.ask, n)
"""


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    return make_up(tmp_path_factory.mktemp("course"), CHECKS)


@pytest.fixture
def graded(exercise, sandbox):
    def graded(seed=1, depth=QUICK):
        source = Source("exercise.py", ASKS)
        return grade(exercise, source, sandbox=sandbox, seed=seed, depth=depth)

    return graded


@pytest.fixture(scope="module")
def lucky(exercise, sandbox):
    """A seed with which a quick search misses the bad order."""
    for seed in range(100):
        source = Source("exercise.py", ASKS)
        if grade(exercise, source, sandbox=sandbox, seed=seed).status == "passed":
            return seed
    raise AssertionError("a quick search always finds it")


def test_what_only_a_thorough_search_finds_says_so(graded, lucky):
    thorough = graded(lucky, THOROUGH)
    assert thorough == graded(lucky, THOROUGH)
    failed = [check for check in thorough.checks if check.status == "failed"]
    assert [check.name for check in failed] == ["in_reverse"] * 2
    for report in failed:
        seen, advice = report.message.split("\nTry: ")
        said = seen.splitlines()
        assert said[0] == "[3, 2, 1, 0] were asked in reverse"
        assert said[-1].startswith("`checker grade` alone may miss this: it took ")
        assert 2 <= int(said[-1].split()[-4]) <= 1 + THOROUGH.few
        assert advice == "wait for all"


def test_what_a_quick_search_finds_too_says_nothing_of_that(graded, exercise):
    unlucky = next(seed for seed in range(100) if graded(seed).status == "failed")
    for depth in (QUICK, THOROUGH):
        failed = [c for c in graded(unlucky, depth).checks if c.status == "failed"]
        found = {c.backend for c in graded(unlucky).checks if c.status == "failed"}
        assert failed
        for report in failed:
            assert ("`checker grade` alone may miss this" in report.message) == (
                report.backend not in found
            )


def test_a_check_that_passed_says_how_far_it_was_searched(graded, lucky):
    quick = [check.searched for check in graded(lucky).checks]
    assert {searched.depth for searched in quick} == {"quick"}
    assert [searched.worlds for searched in quick[2:]] == [QUICK.rounds] * 2
    assert all(0 < searched.orders < searched.of_orders for searched in quick[:2])
    thorough = [check.searched for check in graded(lucky, THOROUGH).checks]
    assert thorough[:2] == [None] * 2, "it failed"
    assert thorough[2:] == [Searched("thorough", THOROUGH.rounds)] * 2


@pytest.mark.parametrize("thorough", [False, True])
def test_the_command_line_searches_as_far_as_it_is_told_to(exercise, lucky, thorough):
    root = exercise.folder.parents[2]
    work = root / "work"
    work.mkdir(exist_ok=True)
    (work / "exercise.py").write_bytes(ASKS)
    (root / "exercises/course.toml").write_text(
        '[[chapters]]\nname = "made_up"\ntitle = "Made up"\nexercises = ["double"]\n'
    )
    words = [sys.executable, "-m", "checker", "grade", "double", "--seed", str(lucky)]
    words += ["--submission", "work/exercise.py", "--format", "json"] + thorough * ["--thorough"]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True)
    report = json.loads(done.stdout)
    assert (done.returncode == 0) == (report["points"] == 3) == (not thorough), done.stdout


# --- the canary ---------------------------------------------------------------------------------


def plain_worlds_only(random, depth, aims):
    return (yield from explore(random, depth, Aims()))


def first_order_only(random, depth, aims):
    """Yields as many worlds as it should, of which none is explored."""
    worlds = explore(random, depth, aims)
    sketch = next(worlds)
    first = sketch
    while True:
        seen = yield first
        try:
            sketch = worlds.send(seen)
        except StopIteration as stop:
            return stop.value


@pytest.mark.parametrize("broken", [plain_worlds_only, first_order_only])
def test_a_search_that_no_longer_searches_grades_nothing_and_says_so(monkeypatch, graded, broken):
    monkeypatch.setattr(canary, "_found", set())
    monkeypatch.setattr(case, "explore", broken)
    for _ in range(2):
        report = graded()
        assert {check.status for check in report.checks} == {"not_graded"}
        (message,) = {check.message for check in report.checks}
        assert message.startswith("not graded: the search for bad orders no longer finds a planted")
        assert message.endswith("this is a bug in the checker, please report it")
    assert report.points == 0


def test_the_planted_race_is_found_with_any_seed(sandbox, backend):
    setting = Setting(sandbox, Program(canary.RACE), backend, depth=replace(QUICK, rounds=1))
    for seed in range(50):
        tried = play(canary._CHECK, setting, str(seed))
        assert tried.failure is not None
        assert tried.worlds > 1


# --- how it is told -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("searched", "text"),
    [
        (Searched("quick", 1), "1 world"),
        (Searched("quick", 5), "5 worlds"),
        (Searched("quick", 6, 1, 1), "6 worlds; the only order of replies"),
        (Searched("quick", 11, 6, 6), "11 worlds; all 6 orders of replies"),
        (Searched("quick", 15, 7, 90), "15 worlds; 7 of about 90 orders of replies"),
        (
            Searched("thorough", 1_226, 1_110, 9_999),
            "1,226 worlds; 1,110 of about 9,999 orders of replies",
        ),
        (
            Searched("thorough", 226, 110, 1_234_567),
            "226 worlds; 110 of more than 10^6 orders of replies",
        ),
        (
            Searched("thorough", 226, 110, 10**18),
            "226 worlds; 110 of more than 10^18 orders of replies",
        ),
        (
            Searched("quick", 6, points=1, of_points=1),
            "6 worlds; the only place for an error or a cancellation",
        ),
        (
            Searched("quick", 15, points=6, of_points=14),
            "15 worlds; 6 of 14 places for an error or a cancellation",
        ),
        (
            Searched("thorough", 40, points=14, of_points=14),
            "40 worlds; all 14 places for an error or a cancellation",
        ),
    ],
)
def test_how_far_a_search_went_is_told_in_numbers(searched, text):
    assert describe_searched(searched) == text
