"""Courses of one's own: what `checker new` makes, how a course is named, and what `checker pack` hands out."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from checker import cli
from checker.course import MARKER, Course

ROOT = Path(__file__).parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
KEPT = "first_steps/keep_the_order"
STARTER = f"exercises/{KEPT}/exercise.py"


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Calls the command line: the exit code, and what was printed and complained of."""

    def call(*words, cwd=tmp_path):
        monkeypatch.chdir(cwd)
        try:
            code = cli.main(list(map(str, words)))
        except SystemExit as end:
            code = end.code
        done = capsys.readouterr()
        return code, done.out, done.err

    return call


@pytest.fixture
def ours(call, tmp_path):
    """A new course of one's own."""
    code, _out, err = call("new", "ours")
    assert code == 0, err
    return tmp_path / "ours"


@pytest.fixture
def learner(ours, call, tmp_path):
    """A folder into which somebody has unpacked that course."""
    assert call("pack", "ours", "-o", "starter.zip")[0] == 0
    with zipfile.ZipFile(tmp_path / "starter.zip") as packed:
        packed.extractall(tmp_path / "learner")
    return tmp_path / "learner"


def program(*words, cwd):
    """A command in a process of its own, as a shell runs it."""
    environment = {**os.environ, "LANGUAGE": "C", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "checker", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=environment,
    )


def contents(course, **texts):
    """Give a course texts of its own."""
    file = course / "exercises/course.toml"
    text = file.read_text()
    for name, value in texts.items():
        text = re.sub(
            rf'^{name} = (""".*?"""|".*?")$', f'{name} = "{value}"', text, flags=re.M | re.S
        )
    file.write_text(text)


def held(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_checks_may_have_dataclasses_with_quoted_annotations(ours, call):
    checks = ours / f"exercises/{KEPT}/checks.py"
    text = checks.read_text("utf-8")
    checks.write_text(
        f"from __future__ import annotations\n{text}\n"
        'from dataclasses import dataclass\n\n@dataclass\nclass Shop:\n    beside: "Shop | None"\n',
        "utf-8",
    )
    code, out, err = call("grade", "--submission", "solutions", cwd=ours)
    assert (code, err) == (0, ""), out


# --- checker new --------------------------------------------------------------------------------


def test_a_new_course_holds_the_worked_exercise_of_the_guide_word_for_word(ours):
    told = dict(re.findall(r"```\w+ file=(\S+)\n(.*?)```", CONTRIBUTING, re.DOTALL))
    told.pop("exercises/course.toml")
    for path, text in told.items():
        assert (ours / path).read_text(encoding="utf-8") == text, path
    assert (ours / f"solutions/{KEPT}/starter.py").read_text() == told[STARTER]


def test_a_new_course_is_proved_as_it_stands(ours):
    # Where the texts of messages have changed: make a course, let `checker verify --accept` write its
    # messages.txt, and copy that to checker/template/course/solutions/first_steps/keep_the_order/.
    done = program("verify", "--no-mutants", "--seeds", "1", cwd=ours)
    assert done.stdout.startswith("1 exercise verified"), done.stdout + done.stderr
    assert done.returncode == cli.PASSED


def test_what_new_says_is_what_to_do_next(ours, call, tmp_path):
    out = call("new", "another course")[1]
    assert "cd 'another course'" in out
    place = tmp_path / "another course"
    for command in re.findall(r"^  \d\. checker (.+)$", out, re.M):
        code, _out, err = call(*command.split(), cwd=place)
        assert (code, bool(err)) in ((0, False), (1, False), (2, True)), command
    assert "first_steps/my_exercise" in [e.name for e in Course.load(place)]


def test_a_new_exercise_is_listed_runs_fails_and_asks_its_question(ours, call):
    assert call("new", "first_steps/lost_letters", cwd=ours)[0] == 0
    assert "lost_letters" in call("list", cwd=ours)[1]
    done = program("grade", "lost_letters", "--seed", "1", cwd=ours)
    assert done.returncode == cli.FAILED
    assert "0 of 2 points" in done.stdout
    shutil.copy(
        ours / "solutions/first_steps/lost_letters/solution.py",
        ours / "exercises/first_steps/lost_letters/exercise.py",
    )
    assert "2 of 2 points, passed" in program("grade", "lost_letters", cwd=ours).stdout


def test_verify_says_each_line_that_is_still_to_be_written_and_proves_nothing(ours, call):
    call("new", "first_steps/lost_letters", cwd=ours)
    done = program("verify", "lost_letters", cwd=ours)
    assert done.returncode == cli.FAILED
    *told, last = done.stdout.splitlines()
    expected = []
    for part in ("exercises", "solutions"):
        for path in sorted((ours / part / "first_steps/lost_letters").rglob("*.*")):
            if path.name != "starter.py":
                lines = path.read_text().splitlines()
                expected += [
                    (str(path.relative_to(ours)), n)
                    for n, line in enumerate(lines, 1)
                    if "TODO" in line
                ]
    found = [re.match(r"(\S+): line (\d+) is still to be written: \S", row) for row in told]
    assert sorted((one[1], int(one[2])) for one in found) == sorted(expected)
    assert len(expected) > 20
    assert last.startswith(f"{len(expected)} things to fix in 1 exercise")


def test_once_everything_is_written_verify_goes_on_to_the_proof(ours, call):
    call("new", "first_steps/lost_letters", cwd=ours)
    for path in ours.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("TODO: ", ""))
    done = program("verify", "lost_letters", "--no-mutants", "--seeds", "1", "--accept", cwd=ours)
    assert "still to be written" not in done.stdout
    again = program("verify", "lost_letters", "--no-mutants", "--seeds", "1", cwd=ours)
    assert again.returncode == cli.PASSED, again.stdout + again.stderr


def test_what_is_said_of_an_answer_that_ran_out_of_time_is_not_accepted(ours):
    (wrong, *_) = sorted((ours / f"solutions/{KEPT}/mistakes").glob("*.py"))
    source = wrong.read_text()
    (head, function) = re.split(r"(?m)^(?=async def)", source, maxsplit=1)
    wrong.write_text(head + function.partition("\n")[0] + "\n    while True:\n        pass\n")
    kept = ours / f"solutions/{KEPT}/messages.txt"
    before = kept.read_bytes()
    done = program("verify", "--no-mutants", "--seeds", "1", "--accept", cwd=ours)
    assert done.returncode == cli.FAILED
    assert "the answer met a limit of real time" in done.stdout
    assert kept.read_bytes() == before


def test_a_new_chapter_comes_last_and_comments_stay(ours, call):
    code, out, _err = call("new", "later/brand_new", cwd=ours / "exercises")
    assert code == 0
    assert "course.toml" in out
    text = (ours / "exercises/course.toml").read_text()
    assert "# What whoever has done nothing yet is welcomed with." in text
    assert [c.name for c in Course.load(ours).chapters] == ["first_steps", "later"]
    assert (
        "the title of the chapter"
        in program("verify", "keep_the_order", "--no-mutants", "--seeds", "1", cwd=ours).stdout
    )


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (KEPT, "already"),
        ("later/keep_the_order", "already"),
        ("later/first_steps", "already"),
        ("same/same", "already"),
        ("First/Thing", "lower-case"),
        ("inner", "chapter/name"),
        ("../ours/inner/deeper", "chapter/name"),
    ],
)
def test_what_cannot_be_an_exercise_is_refused_and_nothing_is_written(ours, call, target, says):
    before = held(ours)
    code, out, err = call("new", target, cwd=ours)
    assert (code, out) == (cli.UNUSABLE, "")
    assert says in err
    assert held(ours) == before


def test_files_that_are_there_already_are_not_written_over(ours, call):
    mine = ours / "solutions/first_steps/lost_letters/note.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    code, _out, err = call("new", "first_steps/lost_letters", cwd=ours)
    assert code == cli.UNUSABLE
    assert "note.md is there already" in err
    assert mine.read_text() == "mine"
    assert "lost_letters" not in (ours / "exercises/course.toml").read_text()


def test_a_folder_with_something_in_it_becomes_no_course(call, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/thesis.tex").write_text("mine")
    code, _out, err = call("new", "thesis")
    assert code == cli.UNUSABLE
    assert "thesis.tex" in err
    assert list(held(tmp_path / "thesis")) == ["thesis.tex"]


@pytest.mark.parametrize("name", ['a "b" \\c', "été", "x\u202ey", "$title", "_"])
def test_whatever_its_folder_is_called_a_course_can_be_read(call, tmp_path, name):
    assert call("new", name)[0] == 0
    assert len(list(Course.load(tmp_path / name))) == 1


# --- which course it is -------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(set(cli.COMMANDS) - cli.COURSELESS))
def test_every_command_about_a_course_takes_one_by_name(command):
    options = cli.command_parsers()[command]._option_string_actions
    assert "--course" in options


def test_no_command_looks_for_its_course_by_itself():
    alone = {
        "completion_command.py",
        "demo_command.py",  # Its cohort is of the shipped course, wherever one stands.
        "usage.py",
        "pack_command.py",
        "new_command.py",
        "__init__.py",
    }
    for path in (ROOT / "checker/cli").glob("*.py"):
        if path.name not in alone:
            assert "Course.find" not in path.read_text(), f"{path.name}: use cli.find_course"


def test_course_names_one_from_anywhere(ours, call, tmp_path):
    code, out, _err = call("list", "--course", "ours")
    assert code == 0
    assert "keep_the_order" in out
    assert "keep_the_order" in call("brief", "keep_the_order", "--course", "ours", cwd=tmp_path)[1]
    done = program("grade", "keep_the_order", "--course", "ours", "--seed", "1", cwd=tmp_path)
    assert "0 of 3 points" in done.stdout
    done = program(
        "sweep",
        "ours/solutions",
        "-o",
        "marks",
        "--isolation",
        "process",
        "--course",
        "ours",
        cwd=tmp_path,
    )
    assert "verdicts" in done.stdout
    assert (tmp_path / "marks/gradebook.html").is_file(), done.stderr


def test_the_course_may_be_named_before_the_command_and_without_one(ours, call):
    assert "keep_the_order" in call("--course", "ours", "list")[1]
    assert "Next: Whose price is it?" in call("--course", "ours")[1]
    assert "Next: Whose price is it?" in call("--course=ours")[1]
    code, out, err = call("--course", "ours", "doctor")
    assert (code, out) == (cli.UNUSABLE, "")
    assert "leave it out" in err


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_name_without_a_course_is_refused_with_what_to_do(call, folder):
    code, _out, err = call("list", "--course", folder)
    assert code == cli.UNUSABLE
    assert "checker new" in err


def test_a_project_names_its_course(ours, call, tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.other]\nx = 1\n[tool.tasklings]\ncourse = "ours"\n'
    )
    (tmp_path / "deep/down").mkdir(parents=True)
    assert "keep_the_order" in call("list", cwd=tmp_path / "deep/down")[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[tool.tasklings]\ncourse = "gone"\n', "correct the path"),
        ("[tool.tasklings]\ncourse = 3\n", "course"),
        ('[tool.tasklings]\ncours = "ours"\n', "cours"),
        ('tasklings = "\n', "pyproject.toml"),
    ],
)
def test_a_project_that_names_it_wrongly_is_told_where(ours, call, tmp_path, text, says):
    (tmp_path / "pyproject.toml").write_text(text)
    code, _out, err = call("list")
    assert code == cli.UNUSABLE
    assert "pyproject.toml" in err
    assert says in err


def test_a_project_that_is_none_of_ours_need_not_be_understood(call, tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(b"\xff not TOML [")
    code, _out, err = call("list")
    assert code == cli.UNUSABLE
    assert "not inside a course" in err


def test_a_workspace_of_a_course_has_its_exercises_and_its_updates(ours, call, tmp_path):
    assert call("init", "work", "--course", "ours")[0] == 0
    work = tmp_path / "work"
    assert [e.name for e in Course.load(work)] == [KEPT]
    assert not [*work.rglob("checks.py"), *work.rglob("solution.py")]
    brief = ours / f"exercises/{KEPT}/README.md"
    brief.write_text(brief.read_text() + "\nBetter.\n")
    assert "checker update" in call("list", cwd=work)[1]
    assert call("update", cwd=work)[0] == 0
    assert (work / f"exercises/{KEPT}/README.md").read_text().endswith("Better.\n")
    # They stand side by side, so they can be moved together.
    (tmp_path / "moved").mkdir()
    for folder in (ours, work):
        folder.rename(tmp_path / "moved" / folder.name)
    assert "keep_the_order" in call("list", cwd=tmp_path / "moved/work")[1]


def test_a_workspace_whose_course_is_gone_says_where_it_should_be(ours, call, tmp_path):
    call("init", "work", "--course", "ours")
    shutil.rmtree(ours)
    code, _out, err = call("list", cwd=tmp_path / "work")
    assert code == cli.UNUSABLE
    assert MARKER in err
    assert str(ours) in err


def test_whoever_stands_in_a_course_makes_a_workspace_of_that(ours, call, tmp_path):
    assert call("init", "../work", cwd=ours)[0] == 0
    assert [e.name for e in Course.load(tmp_path / "work")] == [KEPT]


# --- its own texts ------------------------------------------------------------------------------


def test_its_title_greeting_and_contact_stand_where_the_kits_do(ours, call):
    contents(ours, title="Waiting well", greeting="Hello from us.", contact="Ask in room 7.")
    alone = call(cwd=ours)[1]
    assert "Waiting well" in alone
    assert "Hello from us." in alone
    assert "Welcome!" not in alone
    assert "Ask in room 7." in alone
    assert call("list", cwd=ours)[1].startswith("Waiting well\n")
    assert "Ask in room 7." in call("hint", "keep_the_order", "--all", cwd=ours)[1]
    assert "Waiting well" in call("init", "../work", cwd=ours)[1]


def test_without_texts_of_its_own_a_course_has_the_kits(ours, call):
    contents(ours, title="", greeting="", contact="")
    assert call(cwd=ours)[1].startswith("Welcome! Here is 1 small program")


# --- checker pack -------------------------------------------------------------------------------


def test_a_pack_holds_what_judges_and_nothing_that_solves(learner, ours):
    names = set(held(learner))
    assert f"course/exercises/{KEPT}/checks.py" in names
    assert not [
        n for n in names if "solution" in n or "mistake" in n or "note.md" in n or "starter" in n
    ]
    solution = (ours / f"solutions/{KEPT}/solution.py").read_bytes()
    assert solution not in held(learner).values()


def test_the_work_of_whoever_packs_is_not_packed(ours, call, tmp_path):
    (ours / STARTER).write_text("# solved\n")
    call("pack", "ours", "-o", "starter.zip")
    with zipfile.ZipFile(tmp_path / "starter.zip") as packed:
        assert not [n for n in packed.namelist() if b"# solved" in packed.read(n)]


def test_the_same_course_makes_the_same_bytes(ours, call, tmp_path):
    call("pack", "ours", "-o", "one.zip")
    copy = shutil.copytree(ours, tmp_path / "elsewhere")
    for path in copy.rglob("*"):
        os.utime(path, (0, 0))
    call("pack", "-o", "two.zip", cwd=copy)
    assert (tmp_path / "one.zip").read_bytes() == (copy / "two.zip").read_bytes()


def test_what_the_readme_of_a_pack_says_works(learner):
    readme = (learner / "README.md").read_text()
    commands = re.findall(r"^    checker (.+)$", readme, re.M)
    assert commands == ["next", "grade keep_the_order"]
    assert "What the till asks" not in readme
    assert "A shop's till" in program(*commands[0].split(), cwd=learner).stdout
    assert "0 of 3 points, not started" in program(*commands[1].split(), cwd=learner).stdout
    assert STARTER in readme


def test_in_a_pack_one_can_pass_and_the_solution_is_not_promised(learner, ours):
    shutil.copy(ours / f"solutions/{KEPT}/solution.py", learner / STARTER)
    done = program("grade", cwd=learner)
    assert done.returncode == cli.PASSED
    assert "3 of 3 points, passed" in done.stdout
    assert "checker solution" not in done.stdout
    refused = program("solution", "keep_the_order", cwd=learner)
    assert refused.returncode == cli.UNUSABLE
    assert "without its solutions" in refused.stderr
    again = program("reset", "keep_the_order", cwd=learner)
    assert "is the starter again" in again.stdout
    assert (learner / STARTER).read_bytes() == (ours / f"solutions/{KEPT}/starter.py").read_bytes()


def test_a_pack_is_a_workspace_that_is_up_to_date(learner, call):
    before = {n: c for n, c in held(learner).items() if "settings.json" not in n}
    code, _out, err = call("update", cwd=learner)
    assert code == 0, err
    assert {n: c for n, c in held(learner).items() if "settings.json" not in n} == before
    assert "checker update" not in call("list", cwd=learner)[1]


def test_a_newer_course_in_its_place_brings_what_is_new_and_keeps_the_work(
    learner, ours, call, tmp_path
):
    (learner / STARTER).write_text("# mine\n")
    call("new", "later/brand_new", cwd=ours)
    for path in ours.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("TODO: ", ""))
    call("pack", "ours", "-o", "newer.zip")
    with zipfile.ZipFile(tmp_path / "newer.zip") as packed:
        packed.extractall(tmp_path / "newer")
    shutil.rmtree(learner / "course")
    shutil.copytree(tmp_path / "newer/course", learner / "course")
    assert "checker update" in call("list", cwd=learner)[1]
    assert call("update", cwd=learner)[0] == 0
    assert (learner / "exercises/later/brand_new/exercise.py").is_file()
    assert (learner / STARTER).read_text() == "# mine\n"


def test_what_is_still_to_be_written_is_not_packed(ours, call, tmp_path):
    call("new", "first_steps/lost_letters", cwd=ours)
    code, _out, err = call("pack", "ours")
    assert code == cli.UNUSABLE
    assert "README.md:1 is still to be written" in err
    assert not (tmp_path / "ours.zip").exists()


@pytest.mark.parametrize("command", ["verify", "mutate", "pack", "new later/thing"])
def test_authors_commands_are_refused_in_what_learners_have(learner, call, command):
    code, _out, err = call(*command.split(), cwd=learner)
    assert code == cli.UNUSABLE
    assert "for authors" in err


def test_a_pack_needs_a_place_to_be_written_to(ours, call, tmp_path):
    for out, says in ((tmp_path, "starter.zip"), (tmp_path / "none/x.zip", "cannot be written")):
        code, _out, err = call("pack", "ours", "-o", out)
        assert code == cli.UNUSABLE
        assert says in err
