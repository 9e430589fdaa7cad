"""What is ready to copy, tried where it is: the scripts in clones, with everything that they expect
around them. No test needs the network: what would be installed is there already."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from checker.course import Course
from checker.judge.jail import JailError, OtherUser

ROOT = Path(__file__).parents[1]
CONTRIB = ROOT / "contrib"
SCRIPTS = ["gradescope/setup.sh", "gradescope/run_autograder", "exercism/run.sh"]
LOST_UPDATE = ROOT / "solutions/locks_and_limits/lost_update"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the scripts are for bash")


@pytest.fixture
def tools(tmp_path):
    """A folder with the commands that an installation has, which are those of this one."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name, words in (("checker", "-m checker "), ("python", "")):
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n')
        (folder / name).chmod(0o755)
    return folder


def copy_kit(to: Path) -> Path:
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for exercise in Course.load(to):
        exercise.file.write_bytes(exercise.starter)
    return to


def bash(*words, cwd, tools, **environment):
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), **environment},
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_can_be_run_and_is_sound(script, tmp_path):
    path = CONTRIB / script
    assert os.access(path, os.X_OK)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert subprocess.run(["bash", "-n", str(path)]).returncode == 0
    if shutil.which("shellcheck"):
        done = subprocess.run(["shellcheck", str(path)], capture_output=True, text=True)
        assert done.stdout == ""


def test_nothing_that_is_ready_to_copy_names_a_registry_or_a_lock_file():
    files = [path for path in CONTRIB.rglob("*") if path.is_file()]
    files += [ROOT / "Dockerfile", ROOT / ".devcontainer/devcontainer.json", ROOT / ".ci/run"]
    for path in [*files, *(ROOT / ".github/workflows").iterdir()]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|index-url|\.lock\b|mcr\.|ghcr\.|docker\.io", text), path


# --- Gradescope ---------------------------------------------------------------------------------


@pytest.fixture
def autograder(tmp_path, tools):
    """What Gradescope has below /autograder, for an assignment of one exercise."""
    root = tmp_path / "autograder"
    copy_kit(root / "source/tasklings")
    (root / "submission").mkdir()
    (root / "venv").mkdir()
    (root / "venv/bin").symlink_to(tools)
    for name in ("setup.sh", "run_autograder"):
        shutil.copy(CONTRIB / "gradescope" / name, root / "source" / name)
    (root / "source/exercises.txt").write_text("lost_update\n")
    return root


def other_user() -> str:
    """Who can run a submission on this machine, where root grades; empty if nobody can."""
    try:
        OtherUser.find("nobody")
    except JailError:
        return ""
    return "nobody"


def gradescope(root):
    return {"cwd": root, "AUTOGRADER_ROOT": str(root), "AUTOGRADER_USER": other_user()}


def autograded(root, tools):
    done = bash(root / "source/run_autograder", tools=tools, **gradescope(root))
    results = root / "results/results.json"
    return done, json.loads(results.read_text()) if results.exists() else None


def test_the_set_up_for_gradescope_leaves_what_is_installed_and_checks_the_kit(autograder, tools):
    words = {"tools": tools, **gradescope(autograder)}
    done = bash(autograder / "source/setup.sh", **words)
    assert done.returncode == 0, done.stderr
    assert "the kit is ready" in done.stdout
    solution = autograder / "source/tasklings/solutions/blocking/sleeping_loop/solution.py"
    solution.write_text("async def nothing(): ...\n")
    done = bash(autograder / "source/setup.sh", **words)
    assert done.returncode == 2
    assert "the solutions do not pass" in done.stderr
    shutil.rmtree(autograder / "source/tasklings/exercises")
    done = bash(autograder / "source/setup.sh", **words)
    assert done.returncode == 2
    assert "is no clone of the kit" in done.stderr


@pytest.mark.skipif(not other_user(), reason="root alone can run Python here, or is not there")
def test_a_submission_writes_no_results_on_gradescope(autograder, tools):
    (autograder / "results").mkdir()
    folder = autograder
    while folder != Path("/tmp") and folder != folder.parent:
        folder.chmod(0o755)  # What pytest makes is for its user alone.
        folder = folder.parent
    attack = (ROOT / "tests/attacks/01_writes_the_result_file.py").read_text()
    found = f"import glob\nSEEN = glob.glob('{autograder}/**', recursive=True)\nprint(SEEN)\n"
    (autograder / "submission/work.py").write_text(f"{attack}\n{found}")
    bash(autograder / "source/setup.sh", tools=tools, **gradescope(autograder))
    done, results = autograded(autograder, tools)
    assert done.returncode == 0, done.stderr
    assert results["score"] == 0
    assert "results" in str(results)
    assert "checks.py" not in str(results)


@pytest.mark.skipif(not other_user(), reason="root alone can run Python here, or is not there")
def test_the_set_up_for_gradescope_hides_the_course_from_who_runs_submissions(autograder, tools):
    installed = autograder / "venv/lib/python3/site-packages/checker/shipped"
    (installed / "solutions").mkdir(parents=True)
    bash(autograder / "source/setup.sh", tools=tools, **gradescope(autograder))
    kit = autograder / "source/tasklings"
    for folder in (installed, installed / "solutions", kit / "solutions", kit / "exercises"):
        assert folder.stat().st_mode & 0o077 == 0


def test_one_file_is_graded_on_gradescope_whatever_it_is_called(autograder, tools):
    shutil.copy(LOST_UPDATE / "solution.py", autograder / "submission/my work.py")
    done, results = autograded(autograder, tools)
    assert done.returncode == 0, done.stderr
    assert results["score"] == 6
    assert {test["status"] for test in results["tests"]} == {"passed"}


def test_a_folder_is_graded_on_gradescope_under_the_rules_of_the_assignment(autograder, tools):
    (autograder / "source/rules.toml").write_text(
        'partial_credit = false\n[visibility]\nlost_update = "after_due_date"\n'
    )
    folder = autograder / "submission/locks_and_limits/lost_update"
    folder.mkdir(parents=True)
    shutil.copy(LOST_UPDATE / "mistakes/one_lock_for_all.py", folder / "exercise.py")
    done, results = autograded(autograder, tools)
    assert done.returncode == 0, done.stderr
    assert results["score"] == 0
    assert {test["visibility"] for test in results["tests"]} == {"after_due_date"}
    assert [test["status"] for test in results["tests"]] == ["passed", "failed", "passed"]


def test_who_hands_in_nothing_that_can_be_graded_is_told_so_on_gradescope(autograder, tools):
    (autograder / "submission/notes.txt").write_text("none yet")
    done, results = autograded(autograder, tools)
    assert done.returncode == 0, done.stderr
    assert results["score"] == 0
    assert "holds none of the exercises" in results["output"]


@pytest.mark.parametrize(
    "script",
    [
        """echo '{"score": 5, "extra_data": {"not_graded": ["c/one"]}, "tests": []}'; exit 1""",
        "exit 130",
        "echo nonsense; exit 1",
    ],
)
def test_what_is_no_fault_of_the_student_leaves_no_results_on_gradescope(autograder, tools, script):
    (autograder / "results").mkdir()
    (autograder / "results/results.json").write_text('{"score": 3}')
    (tools / "checker").write_text(f"#!/bin/sh\n[ $1 = list ] && exit\n{script}\n")
    done, results = autograded(autograder, tools)
    assert done.returncode != 0
    assert results is None


def test_a_mistake_in_the_rules_is_no_0(autograder, tools):
    (autograder / "source/rules.toml").write_text("x=\n")
    shutil.copy(LOST_UPDATE / "solution.py", autograder / "submission/work.py")
    done, results = autograded(autograder, tools)
    assert done.returncode == 2
    assert "rules.toml" in done.stderr
    assert results is None


def test_an_assignment_of_an_exercise_that_does_not_exist_is_no_0(autograder, tools):
    (autograder / "source/exercises.txt").write_text("lost_updat\n")
    done, results = autograded(autograder, tools)
    assert done.returncode == 2
    assert "did you mean lost_update" in done.stderr
    assert results is None


# --- Exercism -----------------------------------------------------------------------------------


def exercism(tmp_path, tools, slug, solution: Path | None):
    kit = copy_kit(tmp_path / "kit")
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    if solution is not None:
        shutil.copy(solution, tmp_path / "in" / f"{slug.replace('-', '_')}.py")
    before = sorted((tmp_path / "in").rglob("*"))
    words = (CONTRIB / "exercism/run.sh", slug, "in/", "out/")
    done = bash(*words, cwd=tmp_path, tools=tools, TASKLINGS_KIT=str(kit))
    assert sorted((tmp_path / "in").rglob("*")) == before
    results = tmp_path / "out/results.json"
    return done, json.loads(results.read_text()) if results.exists() else None


@pytest.mark.parametrize(
    ("file", "status", "statuses"),
    [
        ("solution.py", "pass", ["pass", "pass", "pass"]),
        ("mistakes/one_lock_for_all.py", "fail", ["pass", "fail", "pass"]),
    ],
)
def test_the_runner_for_exercism_leaves_results_and_exits_0(
    tmp_path, tools, file, status, statuses
):
    done, results = exercism(tmp_path, tools, "lost-update", LOST_UPDATE / file)
    assert done.returncode == 0, done.stderr
    assert (results["version"], results["status"]) == (3, status)
    assert [test["status"] for test in results["tests"]] == statuses


def test_a_syntax_error_is_an_error_for_exercism(tmp_path, tools):
    (tmp_path / "broken.py").write_text("async def deposit_all(:\n")
    done, results = exercism(tmp_path, tools, "lost-update", tmp_path / "broken.py")
    assert done.returncode == 0, done.stderr
    assert results["status"] == "error"
    assert "syntax error" in results["message"]


def test_a_missing_solution_is_an_error_for_exercism(tmp_path, tools):
    done, results = exercism(tmp_path, tools, "lost-update", None)
    assert done.returncode == 0, done.stderr
    assert results["status"] == "error"
    assert "no exercise.py" in results["message"]


def test_a_slug_that_is_no_exercise_is_no_result(tmp_path, tools):
    done, results = exercism(tmp_path, tools, "lost-updat", LOST_UPDATE / "solution.py")
    assert done.returncode == 2
    assert results is None


# --- GitHub Actions -----------------------------------------------------------------------------

WORKFLOW = (CONTRIB / "github-actions/grade.yml").read_text(encoding="utf-8")


def test_the_workflow_may_read_and_nothing_else_and_runs_no_text_of_others():
    assert re.search(r"^permissions:\n  contents: read\n\n", WORKFLOW, re.MULTILINE)
    assert WORKFLOW.count("persist-credentials: false") == WORKFLOW.count("actions/checkout@")
    # What is put into a script before bash sees it could hold commands: it comes as a variable.
    for script in re.findall(r"run: (.*(?:\n {10}.*)*)", WORKFLOW):
        assert "${{" not in script


def test_the_step_of_the_workflow_annotates_writes_a_summary_and_fails(tmp_path, tools):
    (block,) = re.findall(r"run: \|\n((?: {10}.*\n)+)", WORKFLOW)
    copy_kit(tmp_path / "kit")
    file = "exercises/locks_and_limits/lost_update/exercise.py"
    (tmp_path / "submission" / file).parent.mkdir(parents=True)
    mistake = LOST_UPDATE / "mistakes/do_nothing.py"
    shutil.copy(mistake, tmp_path / "submission" / file)
    done = bash(
        *("-e", "-c", textwrap.dedent(block)),
        cwd=tmp_path / "kit",
        tools=tools,
        EXERCISES="lost_update",
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(f"::error file={file},")
    assert "0 of 1 passed" in (tmp_path / "summary.md").read_text(encoding="utf-8")


PYTHONS = '["3.11", "3.12", "3.13", "3.14"]'


def test_the_kit_is_tested_on_every_python_and_system_that_it_is_said_to_run_on():
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert text.count("runs-on:") == text.count(f"python: {PYTHONS}") == 2
    assert text.count("os: [ubuntu-latest, macos-latest]") == 2
    assert text.count("persist-credentials: false") == text.count("actions/checkout@")
    assert (
        tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
        == ">=3.11"
    )


# --- Containers ---------------------------------------------------------------------------------


def test_what_the_dockerfile_copies_is_there():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [word for line in re.findall(r"^COPY (.*)$", text, re.M) for word in line.split()[:-1]]
    assert {"checker", "checker_sandbox", "exercises", "solutions", "pyproject.toml"} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists()
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)


def test_the_container_for_developing_is_set_up_as_the_readme_says():
    data = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert data["postCreateCommand"] in (ROOT / "README.md").read_text(encoding="utf-8")
