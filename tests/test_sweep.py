"""A sweep over a cohort: what it keeps, that nothing is lost, and that nothing changes a mark."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from checker import cli
from checker.course import Course
from checker.judge.jail import Jail, JailError
from checker.sweep.flags import find_flags
from checker.sweep.journal import JournalError, read_cohort

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)
CHOSEN = ["is_it_ready", "blocking_client", "as_they_arrive"]
"""Three that are judged quickly."""


def has_jail() -> bool:
    try:
        Jail.find()
    except JailError:
        return False
    return True


needs_jail = pytest.mark.skipif(not has_jail(), reason="bubblewrap does not work on this machine")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """Four students: one right, one wrong, one who handed in nothing, and one like the first."""
    folder = tmp_path_factory.mktemp("handed in")
    for exercise in COURSE.select(CHOSEN):
        for name, file in (
            ("ada", exercise.solutions / "solution.py"),
            ("bob", sorted((exercise.solutions / "mistakes").glob("*.py"))[-1]),
            ("eve", exercise.solutions / "solution.py"),
        ):
            place = folder / name / exercise.name / "exercise.py"
            place.parent.mkdir(parents=True)
            shutil.copyfile(file, place)
            os.utime(place, (1_700_000_000, 1_700_000_000))
    (folder / "zoe").mkdir()
    return folder


@pytest.fixture
def cohort(handed_in, tmp_path):
    return shutil.copytree(handed_in, tmp_path / "cohort")


@pytest.fixture(scope="module")
def first_sweep(handed_in, tmp_path_factory):
    """Where it wrote, and how it ended."""
    out = tmp_path_factory.mktemp("swept") / "out"
    return out, sweep(handed_in, out, "--jobs", 3)


@pytest.fixture
def done(first_sweep, tmp_path):
    """How a sweep ended of which `tmp_path / "out"` is a copy."""
    out, done = first_sweep
    shutil.copytree(out, tmp_path / "out")
    return done


def command(*words):
    return [sys.executable, "-m", "checker", "sweep", *map(str, words)]


def sweep(cohort, out, *words, isolation="process"):
    chosen = [word for name in CHOSEN for word in ("--exercise", name)]
    given = [cohort, "-o", out, "--seed", 1, "--isolation", isolation, *chosen, *words]
    return subprocess.run(command(*given), cwd=ROOT, capture_output=True, text=True)


def statuses(out):
    return {
        student.name: [work.report.status for work in student.works]
        for student in read_cohort(out).students
    }


def test_every_student_gets_a_verdict_for_every_exercise(done, tmp_path):
    assert done.returncode == cli.PASSED, done.stdout + done.stderr
    assert statuses(tmp_path / "out") == {
        "ada": ["passed"] * 3,
        "bob": ["failed"] * 3,
        "eve": ["passed"] * 3,
        "zoe": ["not_started"] * 3,
    }
    assert "3 of 4 handed in" in done.stdout
    assert (tmp_path / "out" / "gradebook.html").stat().st_size > 1000


def test_without_a_jail_it_says_so_loudly(done, tmp_path):
    assert "Without a jail" in done.stdout
    assert read_cohort(tmp_path / "out").isolation == "process"


@needs_jail
def test_in_a_jail_marks_are_the_same(done, cohort, tmp_path):
    in_jail = sweep(cohort, tmp_path / "jailed", isolation="bubblewrap")
    assert in_jail.returncode == done.returncode == cli.PASSED, in_jail.stdout + in_jail.stderr
    jailed, free = read_cohort(tmp_path / "jailed"), read_cohort(tmp_path / "out")
    assert jailed.isolation == "bubblewrap"
    assert jailed.students == free.students


def test_equal_files_are_judged_once(done, tmp_path):
    with sqlite3.connect(tmp_path / "out" / "journal.sqlite3") as database:
        (count,) = database.execute("SELECT count(*) FROM verdicts").fetchone()
    assert count == 9  # ada's and eve's, bob's, and what is missing: three each.
    assert "of 12 verdicts, 9 are new" in done.stdout


def test_what_has_not_changed_is_not_judged_again(done, cohort, tmp_path):
    assert "9 are new" in done.stdout
    before = (tmp_path / "out" / "gradebook.html").read_bytes()
    again = sweep(cohort, tmp_path / "out")
    assert "0 are new" in again.stdout
    assert (tmp_path / "out" / "gradebook.html").read_bytes() == before
    place = cohort / "bob" / "first_steps" / "as_they_arrive" / "exercise.py"
    place.write_bytes(place.read_bytes() + b"\n# fixed?\n")
    assert "1 are new" in sweep(cohort, tmp_path / "out").stdout
    assert "9 are new" in sweep(cohort, tmp_path / "out", "--rerun").stdout


def test_to_judge_some_again_keeps_what_is_there_of_the_others(done, cohort, tmp_path):
    out = tmp_path / "out"
    before = read_cohort(out)
    given = [cohort, "-o", out, "--isolation", "process"]
    for words in (["--only", "bob"], ["--exercise", "as_they_arrive"]):
        subprocess.run(command(*given, *words), cwd=ROOT, capture_output=True, check=True)
        found = read_cohort(out)
        assert {s.name for s in found.students} == {s.name for s in before.students}
        assert statuses(out)["ada"][:1] == ["passed"]
    place = cohort / "bob" / "first_steps" / "as_they_arrive" / "exercise.py"
    shutil.copyfile(cohort / "ada" / "first_steps" / "as_they_arrive" / "exercise.py", place)
    words = ["--only", "bob", "--exercise", "as_they_arrive"]
    subprocess.run(command(*given, *words), cwd=ROOT, capture_output=True, check=True)
    works = {
        (student.name, work.report.name.partition("/")[2]): work.report.status
        for student in read_cohort(out).students
        for work in student.works
    }
    assert works["bob", "as_they_arrive"] == works["ada", "as_they_arrive"] == "passed"
    assert works["bob", "blocking_client"] == works["bob", "is_it_ready"] == "failed"
    assert (out / "gradebook.html").read_text().count('scope="row"') == 4


def test_a_folder_of_another_version_is_not_written_to(done, cohort, tmp_path):
    out = tmp_path / "out"
    with sqlite3.connect(out / "journal.sqlite3") as database:
        database.execute("UPDATE meta SET value = '99' WHERE key = 'version'")
    again = sweep(cohort, out)
    assert again.returncode == cli.UNUSABLE
    assert "another version of the kit" in again.stderr


def test_the_seed_of_a_sweep_stays_with_it(cohort, tmp_path):
    words = [cohort, "-o", tmp_path / "out", "--isolation", "process", "--only", "ada"]
    for more in (["--seed", 7, "--exercise", "as_they_arrive"], ["--exercise", "blocking_client"]):
        subprocess.run(command(*words, *more), cwd=ROOT, capture_output=True, check=True)
    assert read_cohort(tmp_path / "out").seed == 7


def test_one_job_and_many_give_the_same_bytes(done, cohort, tmp_path):
    sweep(cohort, tmp_path / "one", "--jobs", 1)
    pages = [(tmp_path / out / "gradebook.html").read_bytes() for out in ("one", "out")]
    assert pages[0] == pages[1]


def test_a_sweep_that_was_killed_ten_times_ends_as_if_it_had_not_been(tmp_path):
    cohort, draw = tmp_path / "cohort", random.Random(1)
    for exercise in COURSE.select(CHOSEN):
        for number in range(8):
            # What is right takes longest to judge, and is in no more danger.
            file = "starter.py" if number % 4 else "solution.py"
            source = (exercise.solutions / file).read_text() + f"\n# {number}\n"
            place = cohort / f"student-{number}" / exercise.name / "exercise.py"
            place.parent.mkdir(parents=True)
            place.write_text(source)
    whole, out = tmp_path / "whole", tmp_path / "out"
    sweep(cohort, whole)
    chosen = [word for name in CHOSEN for word in ("--exercise", name)]
    words = [cohort, "-o", out, "--seed", 1, "--isolation", "process", "--jobs", 1, *chosen]
    for _ in range(10):
        # Any moment will do, from its start to a few verdicts later.
        kept, more, then = count_verdicts(out), draw.randrange(4), draw.randrange(30)
        process = subprocess.Popen(
            command(*words), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and count_verdicts(out) < kept + more:
            pass
        for _ in range(then):
            count_verdicts(out)  # Takes a while.
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert count_verdicts(out) > 0
    done = sweep(cohort, out)
    assert done.returncode == cli.PASSED
    assert read_cohort(out) == read_cohort(whole)
    pages = [(folder / "gradebook.html").read_bytes() for folder in (out, whole)]
    assert pages[0] == pages[1]


def count_verdicts(out):
    try:
        with sqlite3.connect(f"file:{out / 'journal.sqlite3'}?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM verdicts").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def test_a_hang_costs_its_limit_once_and_nobody_elses_marks(cohort, tmp_path):
    place = cohort / "bob" / "first_steps" / "as_they_arrive" / "exercise.py"
    place.write_text(
        "async def election_night(hotline, screen, districts):\n    while True:\n        pass\n"
    )
    done = sweep(cohort, tmp_path / "out", "--exercise", "as_they_arrive")
    assert done.returncode == cli.PASSED
    found = statuses(tmp_path / "out")
    assert found["bob"][-1] == "failed"
    assert found["ada"] == ["passed"] * 3
    (work,) = [
        work
        for student in read_cohort(tmp_path / "out").students
        if student.name == "bob"
        for work in student.works
        if work.report.name.endswith("as_they_arrive")
    ]
    first, *others = [check.message for check in work.report.checks]
    assert "has not let the event loop run since 0 s" in first
    assert all("not tried" in message for message in others)


def test_what_is_not_taken_and_what_is_not_graded_is_told_with_the_reason(cohort, tmp_path):
    (cohort / "notes.txt").write_text("nobody's")
    (cohort / "bob" / "more.zip").write_text("no archive")
    (cohort / "bob" / "first_steps" / "as_they_arrive" / "exercise.py").unlink()
    done = sweep(cohort, tmp_path / "out", "--only", "bob")
    assert done.returncode == cli.FAILED
    said = " ".join(done.stdout.split())
    assert "not taken: notes.txt: neither a Python file nor an archive" in said
    assert "bob: more.zip is no archive: " in said
    assert (
        "bob: first_steps/as_they_arrive is not graded: more.zip could not be read; ask for it "
        "again" in said
    )
    page = (tmp_path / "out" / "gradebook.html").read_text()
    assert "notes.txt: neither a Python file nor an archive" in page
    assert read_cohort(tmp_path / "out").strays == (
        "notes.txt: neither a Python file nor an archive",
    )


def test_a_sweep_that_could_not_take_everything_says_so_in_its_exit_code(cohort, tmp_path):
    (cohort / "notes.txt").write_text("nobody's")
    assert sweep(cohort, tmp_path / "out").returncode == cli.FAILED
    (cohort / "notes.txt").unlink()
    (cohort / "zoe" / "my work.py").write_text("whose is it?")
    assert sweep(cohort, tmp_path / "out").returncode == cli.FAILED


def test_two_sweeps_do_not_write_to_one_folder(cohort, tmp_path):
    from checker.sweep.journal import Journal

    with Journal(tmp_path / "out"):
        done = sweep(cohort, tmp_path / "out")
    assert done.returncode == cli.UNUSABLE
    assert "another sweep writes to" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere", "-o", "out"], "does not exist"),
        ([".", "-o", "README.md"], "cannot be written to"),
        ([".", "-o", "out", "--exercise", "nothing"], "no exercise or chapter"),
        ([".", "-o", "out", "--roster", "nowhere.csv"], "the roster"),
    ],
)
def test_what_cannot_be_swept_exits_2_and_says_why(cohort, tmp_path, words, says):
    words = [str(cohort) if word == "." else word for word in words]
    words = [str(tmp_path / word) if word in ("out", "nowhere") else word for word in words]
    done = subprocess.run(
        command(*words, "--isolation", "process"), cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == cli.UNUSABLE
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_holds_no_sweep_says_how_to_make_one(tmp_path):
    with pytest.raises(JournalError, match="checker sweep PATH"):
        read_cohort(tmp_path)


def test_a_journal_that_is_none_is_refused(tmp_path):
    (tmp_path / "journal.sqlite3").write_bytes(b"not a database at all" * 100)
    with pytest.raises(JournalError, match="move it away"):
        read_cohort(tmp_path)


def test_where_bubblewrap_is_missing_a_sweep_stops_and_says_how_to_get_it(cohort, tmp_path):
    path = tmp_path / "bin"
    path.mkdir()
    given = command(cohort, "-o", tmp_path / "out")
    done = subprocess.run(
        given, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PATH": str(path)}
    )
    assert done.returncode == cli.UNUSABLE
    assert "bubblewrap" in done.stderr
    assert "--isolation process" in done.stderr


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"\xef\xbb\xbfimport ctypes\n", ["imports ctypes: reaches into the interpreter's memory"]),
        (b"# coding: latin-1\nimport gc\n", ["imports gc: looks through everything in memory"]),
        (b"# coding: utf-7\n# +AAo-import gc\n", ["is not looked through: it is written in utf-7"]),
        (b"# coding: no-such\nimport gc\n", []),
    ],
    ids=["a byte order mark", "an old encoding", "one that hides code in comments", "none at all"],
)
def test_no_encoding_hides_what_stands_out(source, told):
    assert [flag.what for flag in find_flags(source)] == told


def test_what_stands_out_in_a_submission_is_flagged_and_changes_no_mark(cohort, tmp_path):
    place = cohort / "ada" / "first_steps" / "as_they_arrive" / "exercise.py"
    place.write_bytes(b"import ctypes\n" + place.read_bytes())
    sweep(cohort, tmp_path / "out")
    ada = next(s for s in read_cohort(tmp_path / "out").students if s.name == "ada")
    assert [work.report.status for work in ada.works] == ["passed"] * 3
    flags = [flag for work in ada.works for flag in work.flags]
    assert [(flag.line, flag.what) for flag in flags] == [
        (1, "imports ctypes: reaches into the interpreter's memory")
    ]


def test_a_doctor_says_what_a_plain_process_does_not_stop():
    done = subprocess.run(
        [sys.executable, "-m", "checker", "doctor", "--isolation", "process"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == cli.FAILED
    assert "reads files of the instructor    NOT STOPPED" in done.stdout


@needs_jail
def test_a_doctor_finds_a_jail_tight():
    done = subprocess.run(
        [sys.executable, "-m", "checker", "doctor"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == cli.PASSED, done.stdout
    assert "NOT STOPPED" not in done.stdout


def test_a_sweep_writes_json_that_can_be_read_back(done, tmp_path):
    words = [sys.executable, "-m", "checker", "export", str(tmp_path / "out"), "--to", "json"]
    exported = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert exported.returncode == cli.PASSED, exported.stderr
    assert json.loads(exported.stdout)


def test_what_an_instructor_decides_stays_through_later_sweeps_and_is_looked_at_first(
    cohort, tmp_path
):
    out, rules, times = tmp_path / "out", tmp_path / "rules.toml", tmp_path / "times.csv"
    times.write_text("name,time\nada,2026-03-05T12:00:00Z\n")
    rules.write_text("[deadline]\ndue = 2026-03-01T12:00:00Z\npercent_a_day = ten\n")
    done = sweep(cohort, out, "--rules", rules, "--times", times)
    assert done.returncode == cli.UNUSABLE
    assert not out.exists()  # Nothing was judged for nothing.
    rules.write_text("[deadline]\ndue = 2026-03-01T12:00:00Z\npercent_a_day = 10\n")
    done = sweep(cohort, out, "--rules", rules, "--times", times)
    assert done.returncode == cli.PASSED, done.stderr
    assert "handed in 4 days late, which takes 40 % off" in (out / "gradebook.html").read_text()
    (out / "corrections.toml").write_text(
        '[[correction]]\nstudent = "bob"\npoints = 7\nreason = "ill"\nby = "me"\non = 2026-03-05\n'
    )
    done = sweep(cohort, out)
    assert done.returncode == cli.PASSED, done.stderr
    page = (out / "gradebook.html").read_text()
    assert "handed in 4 days late, which takes 40 % off" in page
    assert "the whole mark: 7 points by hand (me, 2026-03-05): ill" in page
    assert (out / ".gitignore").read_text().endswith("*\n")
