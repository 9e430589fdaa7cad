"""A learner's day: where one stands, what is next, the brief, the editor, the pass, the way back."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker import cli
from checker.course import Course

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)
COUNT = len(list(COURSE))
CHAPTER = COURSE.select(["locks_and_limits"])
SHARING = len(list(COURSE.select(["locks_and_limits"])))
EXERCISE = Path("exercises/locks_and_limits/lost_update")
SOLUTIONS = Path("solutions/locks_and_limits/lost_update")


def checker(*words, cwd, stdin=None, **environment):
    dropped = ("VISUAL", "EDITOR", "TERM_PROGRAM", "CHECKER_PLAIN")
    return subprocess.run(
        [sys.executable, "-m", "checker", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        input=stdin,
        env={**{k: v for k, v in os.environ.items() if k not in dropped}, **environment},
    )


def pass_some(clone, *names):
    """Note that these were passed, as a machine does with which one shares the progress."""
    folder = clone / ".checker"
    folder.mkdir(exist_ok=True)
    facts = [f"{exercise.name} passed\n" for exercise in Course.load(clone).select(names)]
    (folder / "progress.txt").write_text("".join(facts))


# --- checker alone, and checker next ------------------------------------------------------------


def test_whoever_begins_is_greeted_in_five_lines_and_told_the_first_command(clone):
    done = checker(cwd=clone)
    assert done.returncode == cli.PASSED
    greeting, _, rest = done.stdout.partition("\n\n")
    assert len(greeting.splitlines()) == 5
    assert greeting.startswith(f"Welcome! Here are {COUNT} small programs")
    assert f"0 of {COUNT} passed" in rest
    assert rest.splitlines()[-3:] == [
        "Next: The mail that never went (forgotten_await)",
        "      exercises/first_steps/forgotten_await/exercise.py",
        "      checker next",
    ]


def test_whoever_has_begun_sees_a_bar_for_each_chapter_and_the_exercise_at_work(clone):
    pass_some(clone, "first_steps", "sleeping_loop")
    (clone / "exercises/blocking/blocking_client/exercise.py").write_text("# at work\n")
    rows = checker(cwd=clone).stdout.splitlines()
    assert "Welcome" not in rows[0]
    first, blocking, groups = (len(c.exercises) for c in Course.load(clone).chapters[:3])
    assert re.fullmatch(rf"first_steps +█{{30}}  {first} of {first}", rows[0])
    assert re.fullmatch(rf"blocking +█{{6}}·{{24}}  1 of {blocking}", rows[1])
    assert re.fullmatch(rf"task_groups +·{{30}}  0 of {groups}", rows[2])
    assert f"{first + 1} of {COUNT} passed" in rows
    assert rows[-1].strip() == "checker grade blocking_client"


def test_whoever_has_passed_everything_is_told_so(clone):
    work = clone / "exercises"
    for exercise in Course.load(clone):
        shutil.copy(exercise.solutions / "solution.py", exercise.file)
    assert checker("grade", cwd=clone).returncode == cli.PASSED
    assert work.is_dir()
    for words in ([], ["next"]):
        assert "You have passed every exercise" in checker(*words, cwd=clone).stdout
    done = checker("hint", cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert "none is next; name one, for example `checker hint forgotten_await`" in done.stderr


def test_next_shows_the_brief_of_the_next_exercise_wherever_one_stands(clone):
    pass_some(clone, "forgotten_await")
    shown = checker("next", cwd=clone / EXERCISE).stdout
    assert shown.startswith(
        f"Exercise 2 of {COUNT}\nfirst_steps/one_after_another — Fifteen seconds"
    )
    assert "A company is printing its phone book." in shown
    assert "Fix exercises/first_steps/one_after_another/exercise.py" in shown
    assert "checker grade one_after_another" in shown


def test_outside_a_course_checker_alone_says_where_to_go(tmp_path):
    done = checker(cwd=tmp_path)
    assert done.returncode == cli.UNUSABLE
    assert "is not inside a course" in done.stderr


# --- names as people type them ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        (EXERCISE, "."),
        (EXERCISE, "exercise.py"),
        (EXERCISE, "./README.md"),
        (EXERCISE.parent, "lost_update/"),
        (EXERCISE.parent, "./lost_update/exercise.py"),
        (".", EXERCISE / "exercise.py"),
        (SOLUTIONS, "."),
        (EXERCISE, "../lost_update"),
        (EXERCISE, None),
    ],
)
def test_an_exercise_goes_by_any_path_to_it_and_by_the_folder_one_stands_in(clone, folder, name):
    words = ["brief"] if name is None else ["brief", name]
    assert checker(*words, cwd=clone / folder).stdout.startswith("locks_and_limits/lost_update — ")


@pytest.mark.parametrize(("folder", "name"), [(EXERCISE, ".."), (EXERCISE.parent, "."), (".", EXERCISE.parent)])  # fmt: skip
def test_a_folder_of_several_exercises_stands_for_all_of_them(clone, folder, name):
    assert f"0 of {SHARING} passed" in checker("list", name, cwd=clone / folder).stdout
    assert f"0 of {COUNT} passed" in checker("list", ".", cwd=clone).stdout


def test_a_path_that_leads_nowhere_in_the_course_is_no_exercise(clone):
    for name in ("..", "/", "exercises/course.toml", "README.md"):
        done = checker("list", name, cwd=clone)
        assert done.returncode == cli.UNUSABLE
        assert "there is no exercise or chapter named" in done.stderr


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("forgotten_await", "grade forgotten_await"),
        ("forgoten_await", "grade forgotten_await"),
        ("first_steps/forgotten_await", "grade first_steps/forgotten_await"),
        (".", "grade ."),
        ("grad", "grade"),
        ("test", "grade"),
        ("help", "--help"),
    ],
)
def test_a_word_that_is_no_command_is_told_what_to_type(clone, word, command):
    done = checker(word, cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert done.stderr == (
        f"checker: there is no command '{word}'; did you mean `checker {command}`?\n"
    )


def test_one_exercise_is_suggested_once(clone):
    done = checker("grade", "first_steps/forgoten_await", cwd=clone)
    assert done.stderr.endswith("; did you mean forgotten_await?\n")
    said = checker("hint", "lost", cwd=clone).stderr
    [(one, other)] = re.findall(r"did you mean (lost_\w+) or (lost_\w+)\?", said)
    assert one != other


# --- the editor ---------------------------------------------------------------------------------


@pytest.fixture
def editor(tmp_path):
    """A command that writes down what it is called with."""
    file = tmp_path / "bin" / "code"
    file.parent.mkdir()
    file.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/called\n')
    file.chmod(0o755)
    return file


@pytest.mark.parametrize(
    ("environment", "called"),
    [
        ({"VISUAL": "{editor} --wait", "EDITOR": "false"}, "--wait {file}"),
        ({"VISUAL": "", "EDITOR": "{editor}"}, "{file}"),
        ({"TERM_PROGRAM": "vscode", "PATH": "{bin}"}, "{file}"),
    ],
)
def test_open_calls_the_editor_of_the_learner_with_the_file(
    clone, tmp_path, editor, environment, called
):
    told = {
        name: value.format(editor=editor, bin=f"{editor.parent}:{os.environ['PATH']}")
        for name, value in environment.items()
    }
    assert checker("open", "lost_update", cwd=clone, **told).returncode == cli.PASSED
    expected = called.format(file=clone / EXERCISE / "exercise.py")
    assert (tmp_path / "called").read_text() == expected + "\n"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "no editor is known; name yours, for example `export EDITOR=nano`"),
        ({"EDITOR": "no-such-editor"}, "the editor 'no-such-editor' does not start"),
        ({"EDITOR": "false"}, "the editor 'false' ended with exit code 1"),
        ({"EDITOR": "'half"}, "$EDITOR is not a command"),
    ],
)
def test_where_no_editor_opens_it_says_what_to_do(clone, environment, said):
    done = checker("open", "lost_update", cwd=clone, **environment)
    assert done.returncode == cli.UNUSABLE
    assert said in done.stderr


# --- a pass, and what it opens ------------------------------------------------------------------


def test_after_a_pass_come_the_first_line_of_the_note_the_solution_and_what_is_next(clone):
    shutil.copy(clone / SOLUTIONS / "solution.py", clone / EXERCISE / "exercise.py")
    shown = checker("grade", "lost_update", cwd=clone).stdout
    _, _, after = shown.partition("6 of 6 points, passed")
    note = (clone / SOLUTIONS / "note.md").read_text().partition("\n\n")[0]
    assert note in " ".join(after.split())
    assert "The solution is open: checker solution lost_update" in after
    assert after.splitlines()[-3] == "Next: The mail that never went (forgotten_await)"
    # It is somebody else's success, and tells nothing of one's own.
    words = ("grade", "lost_update", "--submission", "solutions")
    assert "Next" not in checker(*words, cwd=clone).stdout


def test_the_first_exercise_of_a_chapter_names_what_to_read_first(clone):
    shown = " ".join(checker("next", cwd=clone).stdout.split())
    assert "A new chapter, What runs when: read exercises/first_steps/README.md first." in shown
    pass_some(clone, "forgotten_await")
    assert "A new chapter" not in checker("next", cwd=clone).stdout


def test_the_solution_is_closed_until_a_pass_unless_it_is_forced(clone):
    done = checker("solution", "lost_update", cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert done.stdout == ""
    assert "has not passed yet" in done.stderr
    assert "`checker solution lost_update --force`" in done.stderr
    forced = checker("solution", "lost_update", "--force", cwd=clone)
    assert forced.returncode == cli.PASSED
    assert "What it changes in the starter" in forced.stdout
    pass_some(clone, "lost_update")
    assert checker("solution", "lost_update", cwd=clone).stdout == forced.stdout


PLAYS = """

if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
"""


def test_the_solution_has_its_note_the_difference_from_ones_own_and_the_alternatives(clone):
    pass_some(clone, "lost_update")
    own = (clone / SOLUTIONS / "solution.py").read_text()
    file = clone / EXERCISE / "exercise.py"
    file.write_text(own.replace("async with lock:", "async with lock:  # mine \x1b[2J"))
    shown = checker("solution", ".", cwd=clone / EXERCISE).stdout
    assert "Beware of reading before you take the lock" in " ".join(shown.split())
    assert "  -     async with lock:  # mine \\x1b[2J" in shown
    assert "  +     async with lock:" in shown
    for path in (clone / SOLUTIONS / "alternatives").glob("*.py"):
        assert f"  {path.stem}: " in shown
    others = shown.partition("Other right answers")[2].partition("Read one:")[0]
    assert all(row.startswith("  ") for row in others.splitlines() if row)
    for ending in ("\n\n", PLAYS):
        file.write_text(own + ending)
        assert (
            "Yours is the same, line for line." in checker("solution", ".", cwd=file.parent).stdout
        )


def test_an_alternative_is_shown_whole_and_one_that_is_not_there_is_not_guessed(clone):
    pass_some(clone, "lost_update")
    shown = checker("solution", "lost_update", "--show", "safe_account", cwd=clone).stdout
    text = (clone / SOLUTIONS / "alternatives" / "safe_account.py").read_text()
    assert text in shown, "code is shown as it is, however long its lines are"
    done = checker("solution", "lost_update", "--show", "none", cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert "it has solution, chain_of_events" in done.stderr


def test_where_there_is_no_room_beside_a_title_its_standing_is_below_it(clone):
    (clone / EXERCISE / "exercise.py").write_text("# at work\n")
    pass_some(clone, "lost_update")
    rows = checker("list", "lost_update", cwd=clone).stdout.splitlines()
    (at,) = [n for n, row in enumerate(rows) if "lost_update " in row]
    title, below = rows[at].index("The lost deposit"), rows[at + 1]
    assert below == " " * title + "passed before; changed since"


def test_passed_once_is_passed_and_a_grading_says_what_passes_now(clone):
    shutil.copy(clone / SOLUTIONS / "solution.py", clone / EXERCISE / "exercise.py")
    checker("grade", "lost_update", cwd=clone)
    (clone / EXERCISE / "exercise.py").write_text("# broken again\n")
    for words in ([], ["list"]):
        assert f"1 of {COUNT} passed" in checker(*words, cwd=clone).stdout
    assert (
        f"0 of {len(CHAPTER)} pass now, 0 of {sum(each.max_points for each in CHAPTER)} points"
        in checker("grade", "locks_and_limits", cwd=clone).stdout
    )


def test_a_brief_names_the_command_that_grades_once(clone):
    shown = checker("brief", "lost_update", cwd=clone).stdout
    assert shown.count("checker grade lost_update") == 1


def test_hints_stay_open_after_a_pass(clone):
    assert "3. " not in checker("hint", "lost_update", cwd=clone).stdout
    assert "3. " in checker("hint", "lost_update", "--all", cwd=clone).stdout
    assert "3. " not in checker("hint", "lost_update", cwd=clone).stdout
    pass_some(clone, "lost_update")
    assert "3. " in checker("hint", "lost_update", cwd=clone).stdout


@pytest.mark.parametrize("name", [exercise.name for exercise in Course.load(ROOT)])
def test_every_note_begins_with_a_sentence_and_says_what_else_would_do_and_what_to_beware_of(name):
    (exercise,) = Course.load(ROOT).select([name])
    first, *rest = exercise.note.split("\n\n")
    assert "\n" not in first
    assert first.endswith(".")
    assert any(part.startswith("What else would do: ") for part in rest)
    assert any("Beware of" in part for part in rest)


# --- the way back -------------------------------------------------------------------------------


def test_reset_brings_the_starter_back_and_keeps_every_text_beside_it(clone):
    file = clone / EXERCISE / "exercise.py"
    starter = file.read_bytes()
    for text, kept in (
        (b"one = 1\n", "exercise.mine.py"),
        (b"two = 2\n", "exercise.mine-2.py"),
        (b"one = 1\n", "exercise.mine.py"),  # It is there already.
        (b"\xff\x00 no text at all", "exercise.mine-3.py"),
    ):
        file.write_bytes(text)
        done = checker("reset", "lost_update", cwd=clone)
        assert done.returncode == cli.PASSED, done.stderr
        assert f"What you wrote is kept in {EXERCISE}/{kept}" in " ".join(done.stdout.split())
        assert (file.read_bytes(), (file.parent / kept).read_bytes()) == (starter, text)
    assert len(list(file.parent.glob("exercise*.py"))) == 4
    assert [path.name for path in file.parent.iterdir() if path.name.endswith(".part")] == []


def test_reset_brings_back_what_is_missing_and_leaves_the_starter_alone(clone):
    file = clone / EXERCISE / "exercise.py"
    starter = file.read_bytes()
    assert "is the starter already" in checker("reset", ".", cwd=file.parent).stdout
    file.unlink()
    done = checker("reset", cwd=file.parent)
    assert done.stdout == "lost_update is the starter again.\n"
    assert file.read_bytes() == starter
    assert list(file.parent.glob("exercise.mine*")) == []


def test_reset_changes_nothing_where_it_cannot_keep_what_is_there(clone):
    file = clone / EXERCISE / "exercise.py"
    file.unlink()
    (file / "work").mkdir(parents=True)
    done = checker("reset", "lost_update", cwd=clone)
    assert done.returncode == cli.UNUSABLE
    assert "cannot be reset" in done.stderr
    assert (file / "work").is_dir()


def test_reset_of_all_asks_and_without_anybody_to_ask_says_how_to_do_without(clone):
    changed = [e for e in Course.load(clone) if e.chapter == "blocking"]
    for exercise in changed:
        exercise.file.write_text("# mine\n")
    done = checker("reset", "--all", cwd=clone, stdin="")
    assert done.returncode == cli.UNUSABLE
    assert "`checker reset --all --yes` does not ask" in done.stderr
    assert changed[0].file.read_text() == "# mine\n"
    done = checker("reset", "--all", "--yes", cwd=clone)
    assert done.stdout.count("is the starter again") == len(changed)
    for exercise in changed:
        assert exercise.file.read_bytes() == exercise.starter
        assert (exercise.folder / "exercise.mine.py").read_text() == "# mine\n"


def test_what_is_kept_beside_an_exercise_is_nothing_to_mypy_ruff_and_pytest(clone, tmp_path):
    kept = clone / EXERCISE / "exercise.mine-2.py"
    kept.write_text("import os\nthis is no Python\n")
    shutil.copy(ROOT / "pyproject.toml", clone)
    for words in (["ruff", "check", "exercises"], ["mypy", str(EXERCISE)]):
        tool = shutil.which(words[0], path=str(Path(sys.executable).parent))
        if tool is not None:
            words = [tool, *words[1:], "--cache-dir", str(tmp_path / "cache")]
            done = subprocess.run(words, cwd=clone, capture_output=True, text=True)
            assert kept.name not in done.stdout + done.stderr
            assert "exercise" in done.stdout or done.returncode == 0, done.stdout
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-q", str(EXERCISE)]
    collected = subprocess.run(collect, cwd=clone, capture_output=True, text=True).stdout
    assert "checks.py::no_lost_update" in collected
    assert "mine" not in collected


@pytest.mark.parametrize("words", [["grade"], ["run"], ["open"]])
def test_where_a_file_is_missing_it_says_what_brings_it_back(clone, words):
    (clone / EXERCISE / "exercise.py").unlink()
    done = checker(*words, "lost_update", cwd=clone)
    assert done.returncode != cli.PASSED
    assert "`checker reset lost_update` brings the starter back" in done.stdout + done.stderr
    assert "git" not in done.stdout + done.stderr
    assert "no file; checker reset lost_update" in checker("list", cwd=clone).stdout
    brief = checker("brief", "lost_update", cwd=clone).stdout
    assert "is missing; `checker reset lost_update` brings" in " ".join(brief.split())


def test_what_somebody_did_not_hand_in_is_not_brought_back(clone, tmp_path):
    (tmp_path / "ann" / "exercises").mkdir(parents=True)
    shutil.copytree(clone / "exercises" / "blocking", tmp_path / "ann" / "exercises" / "blocking")
    words = ("grade", "lost_update", "sleeping_loop", "--submission", tmp_path / "ann")
    done = checker(*words, cwd=clone)
    assert "there is no such file" in done.stdout
    told = " ".join(done.stdout.split())
    assert f"Try: hand in a file of this name: {EXERCISE}/exercise.py" in told
    assert "reset" not in done.stdout
    assert "git" not in done.stdout


# --- help ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_the_help_of_every_command_has_an_example_and_breaks_no_word(clone, command):
    for columns in (40, 60, 80, 120):
        done = checker(command, "--help", cwd=clone, COLUMNS=str(columns))
        assert done.returncode == cli.PASSED
        assert re.search(rf"^ +checker {command}\b", done.stdout, re.MULTILINE), done.stdout
        for row in done.stdout.splitlines():
            assert len(row) <= columns, row


@pytest.mark.parametrize("columns", [40, 80])
def test_the_help_of_checker_itself_fits_too(clone, columns):
    done = checker("--help", cwd=clone, COLUMNS=str(columns))
    assert max(map(len, done.stdout.splitlines())) <= columns
    for command in cli.COMMANDS:
        assert re.search(rf"^ +{command}\b", done.stdout, re.MULTILINE)
