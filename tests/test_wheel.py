"""The kit as it is installed: a wheel, built here, in an environment with nothing else but what it needs.

Nothing here asks the network. The backend that builds is one of the tests' own requirements, and what the
kit depends on is copied from the environment of the tests.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from checker.course import Course
from checker.judge.jail import Jail, JailError

ROOT = Path(__file__).parents[1]
COUNT = len(list(Course.load(ROOT)))


def needed(name, known):
    """The distributions that this one needs to run, with it: none of any extra."""
    if name not in known:
        known.add(name)
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed(requirement.name, known)
    return known


def build(source, to):
    for target in ("sdist", "wheel"):
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(to)],
            cwd=source,
            check=True,
            capture_output=True,
        )
    (archive,) = to.glob("*.tar.gz")
    (wheel,) = to.glob("*.whl")
    return archive, wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A source archive and a wheel, made of a copy of the kit in which somebody has worked, and that no
    git knows."""
    source = tmp_path_factory.mktemp("source") / "kit"
    names = ["checker", "checker_sandbox", "exercises", "solutions"]
    names += [
        "docs/primer.md",
        "tests/attacks",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        ".gitignore",
    ]
    for name in names:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, source / name)
    for exercise in Course.load(source):
        exercise.file.write_text("print('somebody worked here')\n")
    return build(source, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def commands(built, tmp_path_factory):
    """The folder of the commands of an environment in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in needed("tasklings", set()) - {"tasklings"}:
        distribution = metadata.distribution(name)
        for part in {file.parts[0] for file in distribution.files or [] if file.parts[0] != ".."}:
            source = Path(str(distribution.locate_file(part)))
            if source.is_dir():
                shutil.copytree(source, packages / part, dirs_exist_ok=True)
            else:
                shutil.copy(source, packages / part)
    pip = [folder / "bin/python", "-m", "pip", "install", "--no-index", "--no-compile", "-q"]
    done = subprocess.run([*pip, built[1]], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


@pytest.fixture
def call(commands, tmp_path):
    def call(*words, cwd=tmp_path):
        hidden = ("PYTHONPATH", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        return subprocess.run(
            [commands / words[0], *map(str, words[1:])],
            cwd=cwd,
            capture_output=True,
            text=True,
            env=kept | {"LANGUAGE": "C"},
        )

    return call


def names_in(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_course_and_nothing_that_was_left_lying_about(built):
    names = names_in(built[1])
    for exercise in Course.load(ROOT):
        for file in ("README.md", "exercise.toml", "checks.py"):
            assert f"checker/shipped/exercises/{exercise.name}/{file}" in names
        for path in exercise.solutions.rglob("*.py"):
            inside = path.relative_to(ROOT).as_posix()
            assert f"checker/shipped/{inside}" in names
    assert not [name for name in names if "__pycache__" in name or ".checker" in name]
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if "dist-info" not in top} == {"checker", "checker_sandbox"}


def test_the_source_archive_makes_the_same_wheel(built, tmp_path):
    with tarfile.open(built[0]) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    _archive, again = build(source, tmp_path / "dist")
    assert names_in(again) == names_in(built[1])


def test_the_kit_runs_where_nothing_is_installed_but_what_it_depends_on(call, tmp_path):
    listed = call("python", "-m", "pip", "list", "--format", "json")
    installed = {one["name"].lower() for one in json.loads(listed.stdout)}
    assert "tasklings" in installed
    assert installed.isdisjoint({"pytest", "hypothesis", "packaging", "hatchling"})

    made = call("tasklings", "init", "work")
    assert made.returncode == 0, made.stderr
    assert "cd work" in made.stdout
    work = tmp_path / "work"

    done = call("checker", "grade", "--format", "json", cwd=work)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert {one["status"] for one in report["exercises"]} == {"not_started"}

    for exercise in Course.load(ROOT):
        shutil.copy(
            exercise.solutions / "solution.py", work / "exercises" / exercise.name / "exercise.py"
        )
    done = call("tasklings", "grade", "--format", "json", cwd=work)
    assert done.returncode == 0, done.stdout
    report = json.loads(done.stdout)
    assert {one["status"] for one in report["exercises"]} == {"passed"}
    assert report["points"] == report["max_points"]

    assert f"{COUNT} of {COUNT} passed" in call("checker", "list", cwd=work).stdout
    assert "1. " in call("checker", "hint", "deadlock", cwd=work).stdout
    shown = call("checker", "run", "deadlock", "--page", "run.html", cwd=work)
    assert shown.returncode == 0, shown.stderr
    assert "</html>" in (work / "run.html").read_text(encoding="utf-8")
    assert call("checker", "--version", cwd=work).stdout.startswith("tasklings ")


def test_what_the_kit_brings_later_comes_with_an_update(call, commands, tmp_path):
    call("checker", "init", "work")
    work = tmp_path / "work"
    mine = work / "exercises/first_steps/forgotten_await/exercise.py"
    mine.write_text("# mine\n")
    (packages,) = commands.parent.glob("lib/python*/site-packages")
    brief = packages / "checker/shipped/exercises/locks_and_limits/deadlock/README.md"
    before = brief.read_text(encoding="utf-8")
    brief.write_text(before + "\nA better text.\n", encoding="utf-8")
    try:
        assert "checker update" in call("checker", "list", cwd=work).stdout
        done = call("checker", "update", cwd=work)
    finally:
        brief.write_text(before, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "exercises/locks_and_limits/deadlock/README.md" in done.stdout
    now = (work / "exercises/locks_and_limits/deadlock/README.md").read_text(encoding="utf-8")
    assert now.endswith("A better text.\n")
    assert mine.read_text() == "# mine\n"


def test_authors_are_sent_to_a_clone(call, tmp_path):
    call("checker", "init", "work")
    for command in ("verify", "mutate"):
        done = call("checker", command, "deadlock", cwd=tmp_path / "work")
        assert done.returncode == 2
        assert "clone" in done.stderr


LOOKS = """\
import os

async def deposit_all(account, amounts):
    found = []
    for folder, _, names in os.walk({packages!r}):
        found += [os.path.join(folder, n) for n in names if n in ("solution.py", "checks.py", "grade.py")]
    raise RuntimeError(f"saw {{found}}, and sandbox: {{os.path.exists({sandbox!r})}}")
"""


def jail_works():
    try:
        Jail.find()
    except JailError:
        return False
    return True


@pytest.mark.skipif(not jail_works(), reason="there can be no jail here")
def test_a_submission_in_a_jail_sees_nothing_of_the_course_in_the_installed_kit(
    call, commands, tmp_path
):
    (packages,) = commands.parent.glob("lib/python*/site-packages")
    folder = commands.parent
    while folder != Path("/tmp") and folder != folder.parent:
        folder.chmod(0o755)  # What pytest makes is for its user alone.
        folder = folder.parent
    call("checker", "init", "work")
    place = tmp_path / "work/cohort/eve/locks_and_limits/lost_update/exercise.py"
    place.parent.mkdir(parents=True)
    sandbox = packages / "checker_sandbox/server.py"
    place.write_text(LOOKS.format(packages=str(packages), sandbox=str(sandbox)))
    work = tmp_path / "work"
    call("checker", "sweep", "cohort", "-o", "marks", cwd=work)
    done = call("checker", "export", "marks", "--to", "json", cwd=work)
    assert "saw [], and sandbox: True" in done.stdout, done.stdout + done.stderr
