"""What the checker remembers of a learner: which facts, how they survive, how two machines share them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker.course import Course
from checker.progress import FILE, Progress, next_exercise
from checker.report import BACKENDS, CheckReport, summarize_exercise
from checker.submission import Source

ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    course = Course.load(folder)
    for exercise in course:
        exercise.file.write_bytes(exercise.starter)
    return course


def by_name(course, name):
    (exercise,) = course.select([name])
    return exercise


def graded(course, name, status, content=b"# mine\n"):
    """Write something into the file of an exercise, and note that it was graded so."""
    exercise = by_name(course, name)
    exercise.file.write_bytes(content)
    checks = tuple(CheckReport("a", "A", b, status, 2, "", "exercise.py", None) for b in BACKENDS)
    report = summarize_exercise(exercise.name, exercise.title, checks, started=True)
    source = Source("exercise.py", content)
    Progress(course).record([(exercise, source)], [report], BACKENDS)
    return exercise


def lines(course):
    return (course.root / FILE).read_text().splitlines()


def test_what_was_passed_stays_passed_whatever_the_file_is_now(course):
    exercise = graded(course, "lost_update", "passed")
    assert Progress(course).standing(exercise) == ("passed", 2)
    exercise.file.write_bytes(exercise.starter)
    assert Progress(course).standing(exercise) == ("not_started", 0)
    assert Progress(course).has_passed(exercise)
    assert not Progress(course).has_passed(by_name(course, "deadlock"))


def test_a_result_counts_for_the_text_that_was_graded_and_for_no_other(course):
    exercise = graded(course, "lost_update", "failed")
    assert Progress(course).standing(exercise) == ("failed", 0)
    exercise.file.write_bytes(b"# something else\n")
    assert Progress(course).standing(exercise) == ("changed", 0)
    exercise.file.unlink()
    assert Progress(course).standing(exercise) == ("not_started", 0)


def test_hints_are_counted_and_an_answer_is_kept_as_it_was_given(course):
    exercise = by_name(course, "lost_update")
    assert (Progress(course).hints_taken(exercise), Progress(course).answer(exercise)) == (0, None)
    assert [Progress(course).take_hint(exercise) for _ in range(2)] == [1, 2]
    for answer in ("b", "  two  words,\na 'line' and ünïcode \u2028 \\n"):
        Progress(course).note_answer(exercise, answer)
        assert Progress(course).answer(exercise) == answer
    assert Progress(course).hints_taken(exercise) == 2
    assert Progress(course).answer(by_name(course, "deadlock")) is None


def test_the_file_is_sorted_text_with_a_line_for_each_fact(course):
    Progress(course).take_hint(by_name(course, "lost_update"))
    graded(course, "deadlock", "passed")
    heading, *facts = lines(course)
    assert heading.startswith("# ")
    assert facts == sorted(facts)
    assert "locks_and_limits/lost_update hints 1" in facts
    assert "locks_and_limits/deadlock passed" in facts
    assert len(facts) == 3


def test_lines_that_nobody_understands_are_left_in_place(course):
    file = course.root / FILE
    file.parent.mkdir()
    broken = [b"locks_and_limits/lost_update badge 7", b"\xff\xfe{", b"hints", b"x/y hints many"]
    file.write_bytes(b"\r\n".join(broken) + b"\nlocks_and_limits/lost_update hints 1")
    exercise = by_name(course, "lost_update")
    assert Progress(course).take_hint(exercise) == 2
    graded(course, "deadlock", "passed")
    kept = file.read_bytes().split(b"\n")
    assert set(broken) <= set(kept)
    assert b"locks_and_limits/lost_update hints 2" in kept
    assert b"locks_and_limits/lost_update hints 1" not in kept


@pytest.mark.parametrize(
    "fact",
    ["hints -1", "hints 9999999", "hints", "graded", "graded x passed y", "answer b", "answer"],
)
def test_no_fact_can_do_harm(course, fact):
    exercise = by_name(course, "lost_update")
    (course.root / FILE).parent.mkdir()
    (course.root / FILE).write_text(f"{exercise.name} {fact}\n")
    progress = Progress(course)
    assert 0 <= progress.hints_taken(exercise) <= len(exercise.metadata.hints)
    assert progress.answer(exercise) is None
    assert progress.standing(exercise) == ("not_started", 0)


def test_the_progress_of_an_older_version_is_carried_over_once(course):
    older = course.root / ".checker" / "progress.json"
    older.parent.mkdir()
    facts = {
        "locks_and_limits/lost_update": {
            "digest": "d",
            "status": "passed",
            "points": 6,
            "hints": 2,
        },
        "locks_and_limits/deadlock": {"digest": "", "status": "", "points": 0, "hints": 1},
    }
    older.write_text(json.dumps(facts))
    lost_update, deadlock = by_name(course, "lost_update"), by_name(course, "deadlock")
    assert Progress(course).has_passed(lost_update)
    assert Progress(course).take_hint(deadlock) == 2
    assert not older.exists()
    assert Progress(course).has_passed(lost_update)
    assert Progress(course).hints_taken(lost_update) == 2


def test_an_older_file_that_is_broken_is_left_alone(course):
    older = course.root / ".checker" / "progress.json"
    older.parent.mkdir()
    older.write_bytes(b"\xff{")
    assert Progress(course).take_hint(by_name(course, "deadlock")) == 1
    assert older.read_bytes() == b"\xff{"


def test_where_nothing_can_be_written_that_is_known_and_the_file_stays_as_it_is(course):
    exercise = by_name(course, "lost_update")
    Progress(course).take_hint(exercise)
    before = (course.root / FILE).read_bytes()
    (course.root / FILE).unlink()
    (course.root / FILE).mkdir()  # Not even root can write a file over a folder.
    forgetful = Progress(course)
    assert forgetful.take_hint(exercise) == 1
    assert not forgetful.is_kept
    assert str(course.root / FILE) in forgetful.why_not_kept
    assert (course.root / FILE).is_dir()
    assert [p.name for p in (course.root / ".checker").iterdir() if "part" in p.name] == []
    (course.root / FILE).rmdir()
    (course.root / FILE).write_bytes(before)
    assert Progress(course).hints_taken(exercise) == 1


WRITER = """
import sys
from pathlib import Path
from checker.course import Course
from checker.progress import Progress
course = Course.load(Path(sys.argv[1]))
for exercise in course.select(sys.argv[2:]):
    Progress(course).note_answer(exercise, exercise.name)
"""


def test_two_processes_at_once_lose_nothing_of_each_other(course):
    names = [exercise.name for exercise in course]
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, course.root, *names[i::3]])
        for i in range(3)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    progress = Progress(course)
    assert [progress.answer(exercise) for exercise in course] == names


def test_what_was_read_long_ago_is_not_written_over_what_is_new(course):
    early = Progress(course)
    graded(course, "deadlock", "passed")
    early.take_hint(by_name(course, "lost_update"))
    assert Progress(course).has_passed(by_name(course, "deadlock"))


# --- git ----------------------------------------------------------------------------------------


def git(*words, cwd):
    me = ["-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *me, *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
def test_two_machines_merge_their_progress_and_neither_loses_anything(course, tmp_path):
    shutil.copy(ROOT / ".gitignore", course.root)
    Progress(course).take_hint(by_name(course, "lost_update"))
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "At home"]):
        assert git(*words, cwd=course.root)[0] == 0
    assert git("clone", "-q", course.root, tmp_path / "other", cwd=tmp_path)[0] == 0
    other = Course.load(tmp_path / "other")

    Progress(course).take_hint(by_name(course, "lost_update"))
    Progress(course).take_hint(by_name(course, "lost_update"))
    graded(course, "deadlock", "passed")
    Progress(other).take_hint(by_name(other, "lost_update"))
    graded(other, "leaked_permit", "passed", b"# on the other machine\n")
    graded(other, "deadlock", "failed", by_name(course, "deadlock").file.read_bytes())
    for root in (course.root, other.root):
        assert git("add", "-A", cwd=root)[0] == 0
        assert git("commit", "-qm", "More", cwd=root)[0] == 0
    code, said = git("pull", "--no-rebase", "-q", "--no-edit", cwd=other.root)
    assert code == 0, said

    merged = Progress(other)
    assert merged.hints_taken(by_name(other, "lost_update")) == 3
    assert merged.has_passed(by_name(other, "deadlock"))
    assert merged.standing(by_name(other, "leaked_permit")) == ("passed", 2)
    # One text with two results: the worse one, until it is graded again.
    assert merged.standing(by_name(other, "deadlock")) == ("failed", 0)
    graded(other, "deadlock", "passed", by_name(other, "deadlock").file.read_bytes())
    assert Progress(other).standing(by_name(other, "deadlock")) == ("passed", 2)


def test_the_marks_of_a_conflict_are_taken_out_and_the_facts_of_both_sides_kept(course):
    exercise = by_name(course, "lost_update")
    (course.root / FILE).parent.mkdir()
    (course.root / FILE).write_text(
        f"<<<<<<< HEAD\n{exercise.name} hints 1\n=======\n{exercise.name} passed\n>>>>>>> other\n"
    )
    assert Progress(course).has_passed(exercise)
    assert Progress(course).take_hint(exercise) == 2
    assert lines(course)[1:] == [f"{exercise.name} hints 2", f"{exercise.name} passed"]


# --- what is next -------------------------------------------------------------------------------


def test_the_next_exercise_is_the_first_that_was_never_passed(course):
    names = [exercise.short_name for exercise in course]
    assert next_exercise(course, Progress(course)).short_name == names[0]
    graded(course, names[1], "passed")
    assert next_exercise(course, Progress(course)).short_name == names[0]
    first = graded(course, names[0], "passed")
    assert next_exercise(course, Progress(course)).short_name == names[2]
    first.file.write_bytes(b"# I look at it again\n")
    assert next_exercise(course, Progress(course)).short_name == names[2]


def test_when_all_were_passed_the_next_is_one_that_does_not_pass_now_and_at_last_none(course):
    for exercise in course:
        graded(course, exercise.name, "passed")
    assert next_exercise(course, Progress(course)) is None
    again = by_name(course, "lost_exception")
    again.file.write_bytes(again.starter)
    assert next_exercise(course, Progress(course)) == again
