"""A cohort that is made up: the same for the same seed, of the size that was asked for, with all attacks."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker import cli
from checker.course import Course
from checker.demo import hostile
from checker.demo.cohort import kinds_of_attacks
from checker.sweep.collect import collect

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)


def demo(folder, *words, cwd=ROOT):
    given = [sys.executable, "-m", "checker", "demo", str(folder), *map(str, words)]
    return subprocess.run(given, cwd=cwd, capture_output=True, text=True)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_cohort_has_as_many_students_as_were_asked_for_who_all_hand_in_something(tmp_path):
    done = demo(tmp_path / "cohort", "--students", 7)
    assert done.returncode == cli.PASSED, done.stderr
    students, strays = collect([tmp_path / "cohort"], [*COURSE])
    assert len(students) == 7
    assert all(student.sources and not student.problems for student in students)
    assert strays == []


def test_the_same_seed_makes_the_same_cohort_and_another_one_another(tmp_path):
    for name, seed in (("one", 3), ("same", 3), ("other", 4)):
        demo(tmp_path / name, "--students", 4, "--attackers", 2, "--seed", seed)
    assert contents(tmp_path / "one") == contents(tmp_path / "same")
    assert contents(tmp_path / "one") != contents(tmp_path / "other")


def test_the_command_that_comes_next_works_where_one_stands(tmp_path):
    cohort, elsewhere = tmp_path / "a cohort", tmp_path / "elsewhere"
    elsewhere.mkdir()
    for where in (ROOT, elsewhere):
        done = demo(cohort, "--students", 1, cwd=where)
        _, _, command = done.stdout.partition("Next: checker ")
        assert ("--course" in command) == (where == elsewhere)
        *words, out = shlex.split(command)
        assert (words[-2:], out) == ([str(cohort), "-o"], "marks/")
        given = [*words, tmp_path / "marks", "--isolation", "process"]
        given += ["--exercise", "forgotten_await"]
        swept = subprocess.run(
            [sys.executable, "-m", "checker", *map(str, given)],
            cwd=where,
            capture_output=True,
            text=True,
        )
        assert "of 1 handed in" in swept.stdout, swept.stderr
        shutil.rmtree(cohort)


def test_some_attackers_hand_in_different_attacks(tmp_path):
    demo(tmp_path / "cohort", "--students", 9, "--attackers", 6)
    names = {path.name for path in (tmp_path / "cohort").iterdir() if path.is_dir()}
    attackers = {name for name in names if not name.startswith("student-")}
    assert (len(names), len(attackers)) == (9, 6)
    known = {attack.stem for attack in hostile.FILES}
    assert len({name.rpartition("-")[0] for name in attackers} & known) == 6


def test_every_attack_can_be_asked_for(tmp_path):
    done = demo(tmp_path / "cohort", "--attackers", "all")
    assert f"{kinds_of_attacks()} of whom attack" in done.stdout
    assert done.returncode == cli.PASSED, done.stderr
    names = " ".join(path.name for path in (tmp_path / "cohort").iterdir())
    for attack in hostile.FILES:
        assert attack.stem in names
    assert "16j_zip_bomb" in names


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--students", "2", "--attackers", "3"], "ask for more --students"),
        (["--students", "0"], "not a number from 1"),
        (["--attackers", "-1"], "attackers"),
    ],
)
def test_what_cannot_be_made_is_told(tmp_path, words, said):
    done = demo(tmp_path / "cohort", *words)
    assert done.returncode == cli.UNUSABLE
    assert said in done.stderr


def test_a_folder_that_is_in_use_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = demo(tmp_path)
    assert done.returncode == cli.UNUSABLE
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
