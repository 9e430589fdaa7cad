"""Workspaces: what `checker init` makes, what `checker update` brings, and what neither ever touches."""

import json
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from checker import cli, course, given

ROOT = Path(__file__).parents[1]
COUNT = len(list(course.Course.load(ROOT)))
STARTER = "exercises/first_steps/forgotten_await/exercise.py"
BRIEF = "exercises/first_steps/forgotten_await/README.md"


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """What the kit ships, as if it was installed; a test may ship something else."""
    folder = tmp_path / "kit"
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs/primer.md", folder / "docs")
    monkeypatch.setattr(course, "shipped", lambda: folder)
    monkeypatch.setattr("checker.cli.update_command.metadata.version", lambda name: "0.1.0")
    return folder


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
def work(kit, call, tmp_path):
    assert call("init", "work")[0] == 0
    return tmp_path / "work"


def held(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change(path, text):
    path.write_bytes(path.read_bytes() + text.encode())


# --- checker init -------------------------------------------------------------------------------


def test_a_workspace_holds_the_learners_side_of_the_course_and_no_more(kit, work):
    for exercise in course.Course.load(kit):
        place = work / "exercises" / exercise.name
        assert (place / "exercise.py").read_bytes() == exercise.starter
        assert (place / "README.md").read_bytes() == (exercise.folder / "README.md").read_bytes()
    assert not [*work.rglob("checks.py"), *work.rglob("solution.py"), *work.rglob("*.part")]


def test_no_link_in_a_workspace_leads_nowhere(work):
    links = [
        (page, link)
        for page in work.rglob("*.md")
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    ]
    assert links
    assert [(page, link) for page, link in links if not (page.parent / link).exists()] == []


def test_what_is_printed_ends_in_what_to_do_next(kit, call, tmp_path):
    code, out, _err = call("init", "my work")
    assert code == 0
    assert f"{len(list(course.Course.load(kit)))} exercises" in out
    assert "cd 'my work'" in out
    first = re.search(r"2\. checker (\w+)", out)
    code, out, _err = call(first[1], cwd=tmp_path / "my work")
    assert code == 0
    command = re.search(r"checker (grade \w+)", out)
    assert call(*command[1].split(), cwd=tmp_path / "my work")[0] == cli.FAILED


def test_a_folder_with_something_in_it_is_refused_and_left_as_it_is(kit, call, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/thesis.tex").write_text("mine")
    code, _out, err = call("init", "thesis")
    assert code == cli.UNUSABLE
    assert "thesis.tex" in err
    assert len(held(tmp_path / "thesis")) == 1


def test_an_empty_repository_becomes_a_workspace(kit, call, tmp_path):
    (tmp_path / "mine/.git").mkdir(parents=True)
    assert call("init", ".", cwd=tmp_path / "mine")[0] == 0
    assert (tmp_path / "mine" / STARTER).exists()


def test_a_new_repository_keeps_what_it_was_made_with(kit, call, tmp_path):
    mine = tmp_path / "mine"
    (mine / ".git").mkdir(parents=True)
    for name in ("README.md", "LICENSE", ".gitignore"):
        (mine / name).write_text("theirs")
    assert call("init", "mine")[0] == 0
    assert (mine / STARTER).exists()
    for name in ("README.md", "LICENSE", ".gitignore"):
        assert (mine / name).read_text() == "theirs"


def test_a_workspace_is_not_made_twice_but_updated(work, call, tmp_path):
    code, _out, err = call("init", "work")
    assert code == cli.UNUSABLE
    assert "cd work && checker update" in err


def test_no_workspace_is_made_inside_a_course(work, kit, call):
    for folder in (work / "inner", kit / "inner"):
        code, _out, err = call("init", folder)
        assert code == cli.UNUSABLE
        assert "outside" in err
        assert not folder.exists()


def test_a_place_that_cannot_be_written_to_is_refused(kit, call, tmp_path):
    (tmp_path / "file").write_text("mine")
    for folder in ("file", "file/below"):
        code, _out, err = call("init", folder)
        assert code == cli.UNUSABLE
        assert "file" in err


# --- checker update -----------------------------------------------------------------------------


def test_an_update_with_nothing_new_writes_nothing(work, call):
    before = {path: path.stat().st_mtime_ns for path in held(work)}
    code, out, _err = call("update", cwd=work / "exercises")
    assert code == 0
    assert "up to date" in out
    assert {path: path.stat().st_mtime_ns for path in held(work)} == before


def test_new_exercises_are_added_and_better_texts_and_starters_replace_untouched_ones(
    kit, work, call
):
    new = "exercises/blocking/brand_new"
    for part in ("exercises", "solutions"):
        shutil.copytree(kit / part / "blocking/sleeping_loop", kit / part / "blocking/brand_new")
    toml = kit / "exercises/course.toml"
    toml.write_text(toml.read_text().replace('"sleeping_loop"', '"sleeping_loop", "brand_new"'))
    change(kit / BRIEF, "\nBetter.\n")
    change(kit / "solutions/first_steps/forgotten_await/starter.py", "\n# better\n")
    assert "checker update" in call("list", cwd=work)[1]
    code, out, _err = call("update", cwd=work)
    assert code == 0
    for file in (f"{new}/README.md", f"{new}/exercise.py", BRIEF, STARTER):
        assert f"  {file}\n" in out
    assert (work / BRIEF).read_bytes() == (kit / BRIEF).read_bytes()
    assert (work / STARTER).read_text().endswith("# better\n")
    assert "brand_new" in call("list", cwd=work)[1]
    assert "checker update" not in call("list", cwd=work)[1]
    assert "up to date" in call("update", cwd=work)[1]


def test_touched_work_stays_and_it_is_said_once_where_the_better_starter_is(kit, work, call):
    (work / STARTER).write_text("# mine\n")
    (work / BRIEF).write_text("my notes\n")
    (work / "exercises/first_steps/forgotten_await/notes.txt").write_text("mine too\n")
    starter = kit / "solutions/first_steps/forgotten_await/starter.py"
    change(starter, "\n# better\n")
    change(kit / BRIEF, "\nBetter.\n")
    before = {p: content for p, content in held(work).items() if p != work / given.FILE}
    code, out, _err = call("update", cwd=work)
    assert code == 0
    assert f"diff -u {STARTER} {starter}" in out
    assert f"diff -u {BRIEF} {kit / BRIEF}" in out
    assert {p: c for p, c in held(work).items() if p != work / given.FILE} == before
    assert "diff" not in call("update", cwd=work)[1]
    again = call("update", "--changed", cwd=work)[1]
    assert f"diff -u {STARTER} {starter}" in again
    assert again.count("diff -u") == 2
    # Who takes the change back has the starter of then, which is nobody's work.
    (work / STARTER).write_bytes(
        (ROOT / "solutions/first_steps/forgotten_await/starter.py").read_bytes()
    )
    assert f"  {STARTER}\n" in call("update", cwd=work)[1]


def test_an_older_starter_that_nobody_touched_is_not_started(kit, work, call):
    change(kit / "solutions/first_steps/forgotten_await/starter.py", "\n# better\n")
    row = next(r for r in call("list", cwd=work)[1].splitlines() if "forgotten_await" in r)
    assert row.lstrip().startswith("·")
    assert "since you changed it" not in row


def test_what_is_missing_comes_back(work, call):
    (work / STARTER).unlink()
    shutil.rmtree(work / ".vscode")
    code, out, _err = call("update", cwd=work)
    assert code == 0
    assert f"  {STARTER}\n" in out
    assert (work / STARTER).exists()
    assert (work / ".vscode/tasks.json").exists()


def test_an_exercise_that_left_the_course_stays_in_the_workspace(kit, work, call):
    toml = kit / "exercises/course.toml"
    toml.write_text(toml.read_text().replace('"forgotten_await", ', ""))
    code, out, _err = call("update", cwd=work)
    assert code == 0
    assert "no longer in the course" in out
    assert "exercises/first_steps/forgotten_await" in out
    assert (work / STARTER).exists()


@pytest.mark.parametrize("damage", ["gone", "broken", "a folder", "conflict"])
def test_without_its_list_an_update_takes_every_file_for_the_learners(damage, kit, work, call):
    listing = work / given.FILE
    text = listing.read_text()
    listing.unlink()
    if damage == "broken":
        listing.write_bytes(b"\xff\xfe\0garbage\n")
    elif damage == "conflict":
        listing.write_text(f"<<<<<<< ours\n{text}=======\n# tasklings 0.0.9\n>>>>>>> theirs\n")
    elif damage == "a folder":
        listing.mkdir()
    (work / STARTER).write_text("# mine\n")
    change(kit / BRIEF, "\nBetter.\n")
    before = (work / BRIEF).read_bytes()
    code, _out, err = call("update", cwd=work)
    assert (work / STARTER).read_text() == "# mine\n"
    if damage == "conflict":  # All of it is still there to read.
        assert (work / BRIEF).read_bytes() == (kit / BRIEF).read_bytes()
    else:
        assert (work / BRIEF).read_bytes() == before
    if damage == "a folder":
        assert code == cli.UNUSABLE
        assert "cannot be written" in err
    else:
        assert code == 0
        assert call("update", cwd=work)[0] == 0


def test_an_update_that_was_interrupted_is_done_by_the_next(kit, work, call):
    change(kit / BRIEF, "\nBetter.\n")
    change(kit / "solutions/first_steps/forgotten_await/starter.py", "\n# better\n")
    before = (work / given.FILE).read_bytes()
    # One file is written, and then the machine is switched off.
    shutil.copy(kit / BRIEF, work / BRIEF)
    assert call("update", cwd=work)[0] == 0
    assert (work / STARTER).read_text().endswith("# better\n")
    assert (work / given.FILE).read_bytes() != before
    assert "up to date" in call("update", cwd=work)[1]


def test_what_an_editor_trims_is_no_change(kit, work, call):
    (work / BRIEF).write_bytes((work / BRIEF).read_bytes().replace(b"\n", b"  \n") + b"\n\n")
    change(kit / BRIEF, "\nBetter.\n")
    call("update", cwd=work)
    assert (work / BRIEF).read_bytes() == (kit / BRIEF).read_bytes()


def test_lists_of_two_machines_merge_to_one_that_knows_what_both_were_given(kit, work, call):
    theirs = (work / given.FILE).read_text()
    change(kit / BRIEF, "\nBetter.\n")
    call("update", cwd=work)
    ours = (work / given.FILE).read_text()
    union = "".join(dict.fromkeys(theirs.splitlines(True) + ours.splitlines(True)))
    (work / given.FILE).write_text(union)
    change(kit / BRIEF, "\nBetter still.\n")
    assert f"  {BRIEF}\n" in call("update", cwd=work)[1]


def test_an_older_kit_does_not_take_back_what_a_newer_one_gave(work, call):
    listing = work / given.FILE
    listing.write_text(listing.read_text().replace("# tasklings 0.1.0", "# tasklings 0.10.0"))
    before = held(work)
    code, _out, err = call("update", cwd=work)
    assert code == cli.UNUSABLE
    assert "0.10.0" in err
    assert "upgrade" in err
    assert held(work) == before


# --- the learner's day in a workspace -----------------------------------------------------------


def test_a_reset_keeps_ones_text_in_the_workspace_and_writes_nothing_into_the_kit(kit, work, call):
    shipped = held(kit)
    change(work / STARTER, "# mine")
    code, said, _ = call("reset", "forgotten_await", cwd=work)
    assert code == cli.PASSED, said
    assert (work / STARTER).read_bytes() == (kit / STARTER).read_bytes()
    assert (work / STARTER).with_name("exercise.mine.py").read_text().endswith("# mine")
    (work / STARTER).unlink()
    assert call("reset", "forgotten_await", cwd=work)[0] == cli.PASSED
    assert held(kit) == shipped


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["brief", "forgotten_await"], "A sports club"),
        (["solution", "forgotten_await", "--force"], "await send_welcome"),
        (["hint", "forgotten_await"], "1. "),
        (["list"], f"0 of {COUNT} passed"),
        ([], f"0 of {COUNT} passed"),
    ],
)
def test_what_the_kit_has_to_say_is_found_from_a_workspace(work, call, words, says):
    code, said, complained = call(*words, cwd=work)
    assert code == cli.PASSED, complained
    assert says in said


@pytest.mark.parametrize("command", ["try", "play", "run"])
def test_a_file_that_is_missing_is_brought_back_by_a_reset(work, call, command):
    (work / STARTER).unlink()
    code, _, complained = call(command, "forgotten_await", cwd=work)
    assert code == cli.UNUSABLE
    assert complained.endswith(
        "is missing; `checker reset forgotten_await` brings the starter back\n"
    )


def test_a_reset_brings_the_starter_back_where_its_folder_is_missing(work, call):
    shutil.rmtree((work / STARTER).parent)
    code, said, complained = call("reset", "forgotten_await", cwd=work)
    assert (code, complained) == (cli.PASSED, ""), said
    assert (work / STARTER).read_bytes() == (ROOT / STARTER).read_bytes()


def test_in_a_clone_an_update_says_what_to_do_there(kit, call):
    code, _out, err = call("update", cwd=kit)
    assert code == cli.UNUSABLE
    assert "git pull" in err


def test_a_key_that_means_nothing_in_the_settings_is_an_error(work, call):
    change(work / "tasklings.toml", 'course = "elsewhere"\n')
    code, _out, err = call("list", cwd=work)
    assert code == cli.UNUSABLE
    assert "course" in err
    assert "tasklings.toml" in err


# --- in an editor -------------------------------------------------------------------------------


def test_the_tasks_of_vs_code_find_the_lines_that_a_report_is_about(work):
    tasks = json.loads((work / ".vscode/tasks.json").read_text())["tasks"]
    (task,) = [t for t in tasks if isinstance(t.get("group"), dict)]
    below = "exercises/locks_and_limits/deadlock"
    words = [word.replace("${relativeFileDirname}", below) for word in task["args"]]
    done = subprocess.run([sys.executable, *words], cwd=work, capture_output=True, text=True)
    assert done.returncode == cli.FAILED, done.stderr
    where, what = task["problemMatcher"]["pattern"]
    rows = done.stdout.splitlines()
    found = [
        (place[where["file"]], int(place[where["line"]]), said[what["message"]])
        for row, following in pairwise(rows)
        if (place := re.search(where["regexp"], row))
        and (said := re.search(what["regexp"], following))
    ]
    assert found
    for file, line, code in found:
        assert file == f"{below}/exercise.py"
        assert (work / file).read_text().splitlines()[line - 1].strip() == code


def test_the_settings_of_vs_code_name_the_interpreter_that_has_the_kit(work, call):
    path = work / ".vscode/settings.json"
    settings = json.loads(path.read_text())
    assert settings["python.defaultInterpreterPath"] == sys.executable
    assert settings["python.testing.pytestEnabled"]
    # On another machine it is another one, and an update knows that this is no change of the learner's.
    path.write_text(path.read_text().replace(sys.executable, "/elsewhere/python"))
    assert call("update", cwd=work)[0] == 0
    assert json.loads(path.read_text()) == settings
    path.write_text("{}")
    call("update", cwd=work)
    assert path.read_text() == "{}"


def tool(name, *words, cwd):
    if shutil.which(name, path=str(Path(sys.executable).parent)) is None:
        pytest.skip(f"there is no {name}")
    done = subprocess.run(
        [sys.executable, "-m", name, *words], cwd=cwd, capture_output=True, text=True
    )
    return done.stdout


def test_a_type_checker_would_give_a_bug_away_and_does_not_in_a_workspace(work):
    own = tool("mypy", "--config-file=", "--explicit-package-bases", "exercises", cwd=work)
    assert "Are you missing an await?" in own
    assert tool("mypy", "--strict", cwd=work).startswith("Success")


def test_a_linter_would_give_bugs_away_and_does_not_in_a_workspace(work):
    words = ["check", "--output-format", "concise", "exercises"]
    own = tool("ruff", *words, "--isolated", "--select", "ALL", cwd=work)
    assert "ASYNC251" in own
    assert "RUF006" in own
    settings = work / "pyproject.toml"
    lint = "[tool.ruff.lint]\n"
    settings.write_text(settings.read_text().replace(lint, f'{lint}select = ["ALL"]\n'))
    here = tool("ruff", *words, cwd=work)
    assert "D103" in here
    assert "ASYNC" not in here
    assert "RUF006" not in here


# --- pytest -------------------------------------------------------------------------------------


def test_pytest_judges_a_workspace_by_the_checks_of_the_kit(work):
    words = ["-q", "-p", "no:cacheprovider", "exercises/locks_and_limits/lost_update"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=work, capture_output=True, text=True
    )
    item = "exercises/locks_and_limits/lost_update/exercise.py::no_lost_update[trio]"
    assert f"FAILED {item}" in done.stdout
    shutil.copy(
        ROOT / "solutions/locks_and_limits/lost_update/solution.py", work / item.partition("::")[0]
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=work, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout
