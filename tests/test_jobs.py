"""The processes that judge a cohort: whatever becomes of one, nothing is lost but what ended it."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from checker.course import Course
from checker.sweep.collect import collect
from checker.sweep.jobs import JobError
from checker.sweep.journal import Journal, read_cohort
from checker.sweep.sweep import plan_sweep, sweep

CHECKS = """
import os
import signal

from checker import Case, check


@check("It is doubled", points=2)
def doubled(case: Case) -> None:
    for world in case.explore():
        number = case.integer(4, 21)
        run = world.run("double", number)
        if run.value == "the end":
            os.kill(os.getpid(), signal.SIGKILL)
        run.expect_value(2 * number)
"""

RIGHT = "async def double(n):\n    return 2 * n\n"
DEADLY = "async def double(n):\n    return 'the end'\n"


@pytest.fixture
def course(tmp_path) -> Course:
    """Three exercises, each of whose checks ends whoever judges `DEADLY`."""
    names = ("one", "two", "three")
    chapter = f'[[chapters]]\nname = "c"\ntitle = "C"\nexercises = {[*names]!r}\n'
    root = tmp_path / "course"
    for name in names:
        for file, text in (
            (f"exercises/c/{name}/checks.py", CHECKS),
            (f"exercises/c/{name}/exercise.py", "async def double(n): ...\n"),
            (
                f"exercises/c/{name}/exercise.toml",
                f'title = "{name}"\ngives = ["x"]\ndifficulty = 1\nhints = ["x"]\n',
            ),
            (f"exercises/c/{name}/README.md", "# It\n"),
            (f"solutions/c/{name}/starter.py", "async def double(n): ...\n"),
            ("exercises/course.toml", chapter),
        ):
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text)
    return Course.load(root)


def hand_in(cohort: Path, student: str, **answers: str) -> None:
    for name, answer in answers.items():
        place = cohort / student / "c" / name / "exercise.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{answer}# {student}\n")


def judged(course, cohort, out, *, jobs=2, progress=lambda tally: None):
    exercises = [*course]
    students, _ = collect([cohort], exercises)
    plan, meant = plan_sweep(course, exercises, students, seed=1, isolation="process")
    with Journal(out) as journal:
        tally = sweep(journal, course, plan, meant, jail=None, jobs=jobs, progress=progress)
    return tally, read_cohort(out)


def jobs_running() -> list[int]:
    """The processes that this one has started to judge."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and b"checker.sweep.jobs" in (entry / "cmdline").read_bytes():
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == os.getpid():
                    found.append(int(entry.name))
    return found


def statuses(cohort):
    return {s.name: {w.report.name[2:]: w.report.status for w in s.works} for s in cohort.students}


linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")


@linux
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_job_that_is_killed_loses_no_verdict_and_changes_none(course, tmp_path, jobs):
    for number in range(6):
        hand_in(tmp_path / "cohort", f"student-{number}", one=RIGHT, two=RIGHT, three=DEADLY[:20])
    killed = []

    def kill_one(tally):
        if tally.done == 4 and not killed:
            killed.append(jobs_running()[0])
            os.kill(killed[0], signal.SIGKILL)

    tally, found = judged(
        course, tmp_path / "cohort", tmp_path / "out", jobs=jobs, progress=kill_one
    )
    assert killed
    assert (tally.done, tally.total, tally.lost) == (18, 18, 0)
    _, undisturbed = judged(course, tmp_path / "cohort", tmp_path / "undisturbed")
    assert found == undisturbed
    assert jobs_running() == []


def test_what_ends_whoever_judges_it_takes_nothing_else_with_it(course, tmp_path):
    hand_in(tmp_path / "cohort", "ada", one=RIGHT, two=RIGHT, three=RIGHT)
    hand_in(tmp_path / "cohort", "eve", one=RIGHT, two=DEADLY, three=RIGHT)
    hand_in(tmp_path / "cohort", "zoe", one=RIGHT, two=RIGHT, three=RIGHT)
    tally, found = judged(course, tmp_path / "cohort", tmp_path / "out", jobs=1)
    assert (tally.done, tally.lost) == (8, 1)
    right = {"one": "passed", "two": "passed", "three": "passed"}
    assert statuses(found) == {
        "ada": right,
        "eve": {"one": "passed", "three": "passed"},
        "zoe": right,
    }


def test_a_sweep_that_misses_verdicts_says_so(course, tmp_path):
    hand_in(tmp_path / "cohort", "eve", one=RIGHT, two=DEADLY)
    words = ["sweep", tmp_path / "cohort", "-o", tmp_path / "out", "--isolation", "process"]
    done = subprocess.run(
        [sys.executable, "-m", "checker", *map(str, words)],
        cwd=course.root,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "1 without a verdict" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_job_that_cannot_begin_is_told_and_not_started_again_and_again(
    course, tmp_path, monkeypatch
):
    hand_in(tmp_path / "cohort", "ada", one=RIGHT)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(JobError, match="ended before it began"):
        judged(course, tmp_path / "cohort", tmp_path / "out")


def test_more_jobs_than_work_do_no_harm(course, tmp_path):
    hand_in(tmp_path / "cohort", "ada", one=RIGHT)
    tally, found = judged(course, tmp_path / "cohort", tmp_path / "out", jobs=50)
    assert tally.done == 3
    assert statuses(found)["ada"] == {
        "one": "passed",
        "two": "not_started",
        "three": "not_started",
    }


def test_a_course_that_changes_meanwhile_is_refused(course, tmp_path):
    hand_in(tmp_path / "cohort", "ada", one=RIGHT)
    hand_in(tmp_path / "cohort", "bob", one=DEADLY[:-6])

    def edit(tally):
        if tally.done == 1:
            file = course.root / "exercises" / "c" / "one" / "checks.py"
            file.write_text(CHECKS.replace("points=2", "points=1000"))

    with pytest.raises(JobError, match="another c/one than when the sweep began"):
        judged(course, tmp_path / "cohort", tmp_path / "out", jobs=1, progress=edit)
    for student in read_cohort(tmp_path / "out").students:
        assert all(work.report.max_points == 2 for work in student.works)


def test_what_the_keeper_of_verdicts_raises_ends_every_job(course, tmp_path):
    hand_in(tmp_path / "cohort", "ada", one=RIGHT, two=RIGHT)

    def fail(tally):
        if tally.done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged(course, tmp_path / "cohort", tmp_path / "out", progress=fail)
    if sys.platform == "linux":
        assert jobs_running() == []
