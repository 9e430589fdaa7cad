"""What an instructor decides stays with a sweep: rules, times and corrections, through every later one."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from checker import cli
from checker.course import Course
from checker.report import BACKENDS, CheckReport, summarize_exercise
from checker.sweep.book import open_book, read_decisions
from checker.sweep.journal import Collected, Entry, Journal, SweepPlan, Verdict
from checker.sweep.marks import RulesError, mark
from checker.sweep.results import ExerciseInfo
from checker.sweep.rosters import RosterError, times_in

ROOT = Path(__file__).parents[1]
EXERCISE = next(iter(Course.load(ROOT))).name
SHORT = EXERCISE.partition("/")[2]
MARCH = 1_772_000_000.0
"""2026-02-25, in POSIX seconds."""


def verdict(*statuses: str, points: int = 2) -> Verdict:
    reports = tuple(
        CheckReport(f"check_{n}", f"Check {n}", backend, status, points, "", "exercise.py", None)
        for n, status in enumerate(statuses)
        for backend in BACKENDS
    )
    return Verdict(summarize_exercise(EXERCISE, "Title", reports, started=True))


def swept(out: Path, students: dict[str, Verdict | None], *, seed=1, kit="k1", **more) -> Path:
    """A folder as a sweep leaves it; the verdicts are about files with the names of the students."""
    infos = (ExerciseInfo(EXERCISE, "Title", 6),)
    collected = tuple(
        Collected(
            *(name, "", found is not None, MARCH, ()),
            entries=(Entry(EXERCISE, f"{name}{seed}{kit}", "", name, kit=kit, checks="c1"),),
            time_from="files",
            **more,
        )
        for name, found in students.items()
    )
    plan = SweepPlan(seed, "process", {"tasklings": "0"}, infos, collected)
    with Journal(out) as journal:
        journal.begin(plan)
        for name, found in students.items():
            if found is not None:
                journal.keep(f"{name}{seed}{kit}", found)
    return out


@pytest.fixture
def out(tmp_path):
    return swept(
        tmp_path / "out",
        {
            "ada": verdict("passed", "failed", "failed"),
            "ben": verdict("passed", "passed", "passed"),
        },
    )


def command(*words, cwd=ROOT):
    given = [sys.executable, "-m", "checker", *map(str, words)]
    return subprocess.run(given, cwd=cwd, capture_output=True, text=True)


def finals(out):
    book = open_book(out)
    return {one.student.name: mark(one, book.rules).final for one in book.cohort.results}


CORRECTION = f"""\
[[correction]]
student = "ada"
exercise = "{SHORT}"
points = 5
reason = "It was an old file."
by = "C. Babbage"
on = 2026-03-05
"""


def test_a_correction_survives_another_sweep_and_is_shown_as_one(out):
    (out / "corrections.toml").write_text(CORRECTION)
    assert finals(out) == {"ada": 5, "ben": 6}
    swept(out, {"ada": verdict("failed", "failed", "failed"), "ben": verdict("passed")}, seed=2)
    assert finals(out)["ada"] == 5
    done = command("gradebook", out)
    assert done.returncode == cli.PASSED, done.stderr
    page = (out / "gradebook.html").read_text("utf-8")
    assert "given by hand" in page
    assert f"{SHORT}: 5 points by hand (C. Babbage, 2026-03-05): It was an old file." in page


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points = 5", "points = 7", r":1: points: it is 7, .* from 0 to 6"),
        ("points = 5", "points = 2.5", r":1: points: it is 2\.5; .* whole"),
        ("points = 5\n", "", r":1: it lacks points; a correction has"),
        ("on = 2026-03-05", 'on = "today"', r":1: on: .*; a correction has"),
        ('by = "C. Babbage"', 'by = ""', r":1: by: it is empty"),
        ("[[correction]]", "[[corection]]", r"corection: .* begin each correction"),
        ("reason", "raeson", r":1: .*raeson"),
        ("points = 5", "points =", r"line 4"),
    ],
)
def test_what_is_wrong_in_a_correction_is_told_with_its_line_and_what_would_do(out, old, new, said):
    (out / "corrections.toml").write_text(CORRECTION.replace(old, new))
    with pytest.raises(RulesError, match=said):
        open_book(out)


def test_two_corrections_of_one_thing_are_no_decision(out):
    (out / "corrections.toml").write_text(CORRECTION + "\n" + CORRECTION)
    with pytest.raises(RulesError, match=r":9: ada has two corrections"):
        open_book(out)


def test_a_correction_for_nobody_is_told_and_stops_nothing(out):
    (out / "corrections.toml").write_text(CORRECTION.replace('"ada"', '"adda"'))
    book = open_book(out)
    assert any("'adda'" in note and "did you mean 'ada'" in note for note in book.notes)


def test_rules_and_times_are_kept_with_the_sweep_and_every_export_goes_by_them(out, tmp_path):
    (tmp_path / "r.toml").write_text("[deadline]\ndue = 2026-01-01T00:00:00Z\npercent_a_day = 50\n")
    (tmp_path / "t.csv").write_text("name,time\nben,2025-12-31T12:00:00Z\n")
    done = command("gradebook", out, "--rules", tmp_path / "r.toml", "--times", tmp_path / "t.csv")
    assert done.returncode == cli.PASSED, done.stderr
    assert "ada is late by the dates of files" in " ".join(done.stderr.split())
    assert finals(out) == {"ada": 0, "ben": 6}
    exported = json.loads(command("export", out, "--to", "json").stdout)
    assert [one["mark"]["final"] for one in exported["students"]] == [0, 6]
    assert [one["handed_in_by"] for one in exported["students"]] == ["files", "times"]


def test_a_correction_below_what_the_newest_work_earns_is_told_with_its_student(out):
    (out / "corrections.toml").write_text(CORRECTION)
    assert open_book(out).notes == ()
    swept(out, {"ada": verdict("passed", "passed", "passed")}, seed=2)
    (note,) = open_book(out).notes
    assert note.startswith(
        f"ada: 5 by hand for {SHORT}, though the work that was judged last earns 6"
    )
    (out / "corrections.toml").write_text(CORRECTION.replace(f'exercise = "{SHORT}"\n', ""))
    (note,) = open_book(out).notes
    assert "5 by hand for the whole mark" in note


@pytest.mark.parametrize("inside", ["ada/lost_update.py", "ada.zip", "ada__lost_update.py"])
def test_feedback_is_not_written_among_submissions_nor_into_a_sweep(out, tmp_path, inside):
    place = tmp_path / "cohort" / inside
    place.parent.mkdir(parents=True)
    place.write_text("")
    before = sorted(tmp_path.rglob("*"))
    for folder, said in ((tmp_path / "cohort", "which is no feedback"), (out, "holds a sweep")):
        done = command("feedback", out, "-o", folder)
        assert done.returncode == cli.UNUSABLE
        assert said in " ".join(done.stderr.split())
    assert sorted(tmp_path.rglob("*")) == before
    for _ in range(2):
        assert command("feedback", out, "-o", tmp_path / "back").returncode == cli.PASSED


def test_marks_and_submissions_lie_apart(tmp_path):
    cohort = tmp_path / "cohort"
    cohort.mkdir()
    (cohort / "ada__lost_update.py").write_text("")
    for path, out in ((cohort, cohort / "marks"), (cohort, tmp_path), (cohort, cohort)):
        done = command("sweep", path, "-o", out, "--isolation", "process")
        assert done.returncode == cli.UNUSABLE
        assert "name a folder for the marks beside it" in " ".join(done.stderr.split())
    assert [one.name for one in tmp_path.rglob("*.*")] == ["ada__lost_update.py"]


def piped(path: Path, text: str) -> Path:
    """A pipe in which a text can be read once, as a shell's <(cat FILE) is."""
    os.mkfifo(path)
    threading.Thread(target=path.write_text, args=(text,), daemon=True).start()
    return path


def test_rules_and_times_may_come_through_a_pipe_which_is_read_once(out, tmp_path):
    rules = '[visibility]\ndefault = "hidden"\n'
    times = "name,time\nben,2025-12-31T12:00:00Z\n"
    given = ["--rules", piped(tmp_path / "r", rules), "--times", piped(tmp_path / "t", times)]
    done = command("gradebook", out, *given)
    assert done.returncode == cli.PASSED, done.stderr
    assert (out / "rules.toml").read_text() == rules
    assert (out / "times.csv").read_text() == times


def test_a_slip_of_the_pen_in_a_pipe_changes_nothing(out, tmp_path):
    (out / "rules.toml").write_text('[visibility]\ndefault = "hidden"\n')
    done = command("gradebook", out, "--rules", piped(tmp_path / "r", "[visibility]\nx = 1\n"))
    assert done.returncode == cli.UNUSABLE
    assert open_book(out).rules.visibility == {"default": "hidden"}


def test_an_empty_file_of_times_in_the_folder_of_a_sweep_can_be_removed(out):
    (out / "times.csv").write_text("")
    with pytest.raises(RosterError, match=r"times\.csv is empty; remove it, or"):
        open_book(out)


def test_a_slip_of_the_pen_in_what_was_decided_is_told_before_anything_is_judged(out, tmp_path):
    (tmp_path / "r.toml").write_text("[weights]\nfirst_steps = -1\n")
    with pytest.raises(RulesError):
        read_decisions(out, tmp_path / "r.toml", None)
    (out / "corrections.toml").write_text("[[correction]]\n")
    with pytest.raises(RulesError):
        read_decisions(out, None, None)


def test_a_time_without_a_zone_is_told_with_its_line(tmp_path):
    file = tmp_path / "times.csv"
    file.write_text("Student;Submitted at\nada;2026-03-01T10:00:00+01:00\nben;2026-03-01 10:00\n")
    with pytest.raises(RosterError, match=r"line 3: .* write it as 2026"):
        times_in(file.read_bytes(), file)


def test_who_handed_in_twice_handed_in_at_the_last_time(tmp_path):
    file = tmp_path / "times.csv"
    file.write_text("name,time\nada,1970-01-01T00:01:00Z\nada,1970-01-01T00:00:30Z\nben,\n")
    assert times_in(file.read_bytes(), file) == {"ada": 60.0}


def test_who_is_not_in_the_file_of_times_counts_as_in_time(out):
    rules = '[deadline]\ndue = 2026-03-01T00:00:00Z\ntrust = "times"\n'
    (out / "rules.toml").write_text(rules)
    (note,) = open_book(out).notes
    assert "ada and ben are not in the file of times, and count as in time" in note
    (out / "times.csv").write_text("name,time\nben,2025-12-31T12:00:00Z\n")
    (note,) = open_book(out).notes
    assert "ada is not in the file of times, and counts as in time" in note


def test_canvas_says_late_and_the_dates_do_not(tmp_path):
    swept(tmp_path / "out", {"ada": verdict("passed")}, said_late=True)
    (tmp_path / "out" / "rules.toml").write_text("[deadline]\ndue = 2026-03-01T00:00:00Z\n")
    assert any("Canvas put LATE" in note for note in open_book(tmp_path / "out").notes)


# --- Git ------------------------------------------------------------------------------------------


def git(folder, *words):
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_marks_in_a_repository_are_ignored_or_it_is_told(out, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q")
    done = command("feedback", out, "-o", work / "feedback")
    assert done.returncode == cli.PASSED, done.stderr
    assert "Git repository" not in done.stderr
    status = ["git", "status", "--porcelain"]
    told = subprocess.run(status, cwd=work, capture_output=True, text=True, check=True).stdout
    assert told == ""
    done = command("export", out, "--to", "csv", "-o", work / "marks.csv")
    assert done.returncode == cli.PASSED
    assert "`git add .` would take it" in " ".join(done.stderr.split())
    (work / ".gitignore").write_text("*.csv\n")
    done = command("export", out, "--to", "csv", "-o", work / "marks.csv")
    assert "Git repository" not in done.stderr


# --- comparisons ----------------------------------------------------------------------------------


def test_two_sweeps_with_the_same_marks_are_the_same(out):
    done = command("compare", out, out)
    assert (done.returncode, done.stdout) == (cli.PASSED, "No mark changed (2 students)\n")


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"seed": 2}, "seed"), ({"seed": "a" * 52}, "seed"), ({"kit": "k2"}, "kit"), ({}, "unknown")],
)
def test_a_mark_that_changed_is_told_with_what_changed_it(out, tmp_path, change, reason):
    other = swept(
        tmp_path / "other",
        {
            "ada": verdict("passed", "passed", "failed"),
            "ben": verdict("passed", "passed", "passed"),
        },
        **change,
    )
    done = command("compare", out, other, "--json")
    assert done.returncode == cli.FAILED
    data = json.loads(done.stdout)
    (ada,) = data["changed"]
    assert (ada["student"], ada["before"], ada["after"], data["same"]) == ("ada", 2, 4, 1)
    assert ada["exercises"][0]["reasons"] == [reason]
    assert "ada: 2 → 4" in command("compare", out, other).stdout


def test_a_correction_and_a_student_who_is_new_are_told_as_such(out, tmp_path):
    (out / "corrections.toml").write_text(CORRECTION)
    other = swept(
        tmp_path / "other",
        {"ada": verdict("passed", "failed", "failed"), "eve": verdict("failed")},
    )
    data = json.loads(command("compare", out, other, "--json").stdout)
    ada, ben, eve = data["changed"]
    assert ada["exercises"][0]["reasons"] == ["correction"]
    assert (ben["after"], ben["reasons"]) == (None, ["student"])
    assert (eve["before"], eve["after"]) == (None, 0)


def test_other_rules_are_a_reason(out, tmp_path):
    other = swept(
        tmp_path / "other",
        {
            "ada": verdict("passed", "failed", "failed"),
            "ben": verdict("passed", "passed", "passed"),
        },
    )
    (other / "rules.toml").write_text("partial_credit = false\n")
    data = json.loads(command("compare", out, other, "--json").stdout)
    (ada,) = data["changed"]
    assert (ada["after"], ada["reasons"]) == (0, ["rules"])


def test_what_holds_no_sweep_cannot_be_compared(out, tmp_path):
    done = command("compare", out, tmp_path / "nothing")
    assert done.returncode == cli.UNUSABLE
    assert "checker sweep" in done.stderr
