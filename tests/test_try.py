"""Exercises on the real clock: `checker try`, `python exercise.py`, and the examples that they play."""

import ast
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checker import examples
from checker.course import Course, Exercise

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)

AT_THE_END = """\
if __name__ == '__main__':
    import example
    example.run()"""

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
ENVIRONMENT.pop("PYTHONBREAKPOINT", None)


@pytest.fixture
def clone(tmp_path: Path) -> Exercise:
    """A course of one exercise, with its example: it takes less than a second."""
    (shipped,) = COURSE.select(["too_many_at_once"])
    for folder, files in (
        (shipped.folder, ("README.md", "exercise.toml", "checks.py", "example.py")),
        (shipped.solutions, ("starter.py", "solution.py")),
    ):
        place = tmp_path / folder.relative_to(ROOT)
        place.mkdir(parents=True)
        for file in files:
            (place / file).write_bytes((folder / file).read_bytes())
    (tmp_path / "exercises" / shipped.name / "exercise.py").write_bytes(shipped.starter)
    (tmp_path / "exercises" / "course.toml").write_text(
        '[[chapters]]\nname = "locks_and_limits"\ntitle = "1"\nexercises = ["too_many_at_once"]\n'
    )
    (exercise,) = Course.load(tmp_path)
    return exercise


@pytest.fixture
def written(clone: Exercise) -> Callable[[str, str], Path]:
    """Write an exercise.py and an example.py, and return the path of the first."""

    def written(exercise: str, example: str) -> Path:
        clone.file.write_text(exercise, encoding="utf-8")
        clone.example.write_text(example, encoding="utf-8")
        return clone.file

    return written


def tried(exercise: Exercise, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "checker", "try", *words],
        cwd=exercise.folder.parents[2],
        env=ENVIRONMENT,
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


# --- the examples of the course -----------------------------------------------------------------


@pytest.mark.parametrize("exercise", list(COURSE), ids=lambda e: e.short_name)
def test_every_exercise_has_an_example_that_plays_the_starter_and_the_solution(exercise):
    assert exercise.example.is_file()
    assert examples.prove(exercise) == []


@pytest.mark.parametrize("exercise", list(COURSE), ids=lambda e: e.short_name)
def test_every_starter_plays_its_example_when_it_is_run(exercise):
    tree = ast.parse(exercise.starter)
    assert ast.unparse(tree.body[-1]) == AT_THE_END


# --- playing ------------------------------------------------------------------------------------


def test_try_shows_what_happens_and_when_in_real_seconds(clone):
    told = tried(clone, "too_many_at_once")
    assert told.returncode == 0, told.stderr
    heading, *lines = told.stdout.splitlines()
    assert heading == "locks_and_limits/too_many_at_once on asyncio, on the real clock"
    assert re.fullmatch(r" +\d+\.\d s  book 1 is asked for, 1 under way", lines[0])
    assert lines[11].endswith("book 12 is asked for, 12 under way: that looks like an attack")
    seconds = re.match(r" +(\d+\.\d) s  look_up_all returns 12 titles", lines[12])
    assert seconds is not None
    assert float(seconds[1]) >= 0.8


def test_a_warning_of_pythons_is_shown_without_what_it_says_about_tracemalloc(clone, written):
    written(
        "async def hello(): ...\n\n\nasync def main():\n    hello()\n",
        "from exercise import main\n\nfrom checker.example import play\n\nplay(main)\n",
    )
    told = tried(clone, "too_many_at_once")
    assert "coroutine 'hello' was never awaited" in told.stderr
    assert "tracemalloc" not in told.stderr


def test_try_plays_the_learners_own_file(clone):
    clone.file.write_bytes((clone.solutions / "solution.py").read_bytes())
    told = tried(clone, "too_many_at_once")
    assert "attack" not in told.stdout
    assert "look_up_all returns 12 titles" in told.stdout


def test_running_the_file_itself_plays_the_same(clone):
    told = subprocess.run(
        [sys.executable, "exercise.py", "--backend", "asyncio"],
        cwd=clone.folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    said = [line.partition(" s  ")[2] for line in told.stdout.splitlines()]
    other = tried(clone, "too_many_at_once").stdout.splitlines()[1:]
    assert said == [line.partition(" s  ")[2] for line in other]


EXAMPLE = """\
import sniffio
from exercise import work

from checker.example import play, say


async def main():
    say(f"on {sniffio.current_async_library()}")
    say(f"work returns {await work(6)}")


def run():
    play(main)


if __name__ == "__main__":
    run()
"""

FAILS = "async def work(number):\n    return number / 0\n"


@pytest.mark.parametrize(
    ("words", "backends"),
    [
        ([], ["asyncio"]),
        (["--backend", "trio"], ["trio"]),
        (["--backend", "all"], ["asyncio", "trio"]),
    ],
)
def test_the_backend_is_asyncio_or_the_one_that_was_asked_for_or_each_in_turn(
    clone, written, words, backends
):
    written("async def work(number): return number", EXAMPLE)
    told = tried(clone, "too_many_at_once", *words)
    assert re.findall(r"s  on (\w+)", told.stdout) == backends
    assert told.returncode == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_error_of_the_learners_is_shown_as_python_shows_it_with_the_real_path(
    clone, written, backend
):
    file = written(FAILS, EXAMPLE)
    told = tried(clone, "too_many_at_once", "--backend", backend)
    assert told.returncode == 1
    assert f'File "{file}", line 2, in work\n    return number / 0' in told.stderr
    assert told.stderr.rstrip().endswith("ZeroDivisionError: division by zero")


@pytest.mark.parametrize(
    ("exercise", "told"),
    [
        ("def work(:\n", "SyntaxError: invalid syntax"),
        ("import nothing_of_this_name\n", "No module named 'nothing_of_this_name'"),
        ("import anyio\n\n\nasync def work(number):\n    await anyio.sleep('x')\n", "TypeError"),
    ],
)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_of_an_error_nothing_is_shown_but_what_the_learner_wrote(
    clone, written, exercise, told, backend
):
    file = written(exercise, EXAMPLE)
    shown = tried(clone, "too_many_at_once", "--backend", backend)
    assert shown.returncode == 1
    assert told in shown.stderr
    assert set(re.findall(r'File "([^"]+)"', shown.stderr)) == {str(file)}


def test_a_file_without_what_the_example_plays_says_what_brings_it_back(clone, written):
    written("", EXAMPLE)
    shown = tried(clone, "too_many_at_once")
    assert shown.returncode == 1
    assert "cannot import name 'work'" in shown.stderr
    assert "`checker reset too_many_at_once`" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_one_backend_that_fails_does_not_keep_the_other_from_being_played(clone, written):
    written(FAILS, EXAMPLE)
    told = tried(clone, "too_many_at_once", "--backend", "all")
    assert told.stderr.count("ZeroDivisionError: division by zero") == 2
    assert told.returncode == 1


STOPS = """\
import anyio

async def work(number):
    async with anyio.create_task_group() as group:
        group.start_soon(stop, number)
        await anyio.sleep(0)

async def stop(number):
    breakpoint()
    await anyio.sleep(0)
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_breakpoint_stops_in_the_learners_own_file(clone, written, backend):
    file = written(STOPS, EXAMPLE)
    typed = "p number * 7\nc\n"
    told = tried(clone, "too_many_at_once", "--backend", backend, typed=typed)
    assert f"> {file}(" in told.stdout
    assert "(Pdb) 42" in told.stdout
    assert "work returns None" in told.stdout
    assert told.returncode == 0


def test_the_debugger_knows_the_lines_of_the_file_that_it_was_started_with(clone, written):
    file = written(STOPS.replace("breakpoint()", "number += 1") + "\n" + AT_THE_END, EXAMPLE)
    told = subprocess.run(
        [sys.executable, "-m", "pdb", "exercise.py"],
        cwd=clone.folder,
        env=ENVIRONMENT,
        input="b exercise.py:10\nc\np number * 6\nclear 1\nc\nq\n",
        capture_output=True,
        text=True,
    )
    assert f"> {file}(10)stop()" in told.stdout
    assert "(Pdb) 42" in told.stdout


WAITS = "import anyio\n\nasync def work(number):\n    await anyio.sleep(1000)\n"

WAITS_IN_A_GROUP = """\
import anyio

async def work(number):
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep, 1000)
"""


def begin_to_play(clone, backend):
    return subprocess.Popen(
        [sys.executable, "-m", "checker", "try", "too_many_at_once", "--backend", backend],
        cwd=clone.folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # All who have the terminal hear of Ctrl-C.
    )


@pytest.mark.parametrize("exercise", [WAITS, WAITS_IN_A_GROUP])
@pytest.mark.parametrize("backend", ["asyncio", "trio", "all"])
def test_ctrl_c_ends_it_without_a_traceback(clone, written, backend, exercise):
    written(exercise, EXAMPLE)
    process = begin_to_play(clone, backend)
    process.stdout.readline()
    assert " s  on " in process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate()
    assert re.fullmatch(r" +\d+\.\d s  interrupted\n", rest)
    assert process.returncode == 130


SPINS = """\
async def work(number):
    print("spinning", flush=True)
    while True:
        pass
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_ctrl_c_again_ends_what_never_awaits(clone, written, backend):
    written(SPINS, EXAMPLE)
    with begin_to_play(clone, backend) as process:
        interrupt_until_it_ends(process)
        assert re.fullmatch(r" +\d+\.\d s  interrupted\n", process.stdout.read())
    assert process.returncode == 130


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_ctrl_c_again_ends_what_prints_without_end(clone, written, backend):
    written(SPINS.replace("pass", "print('on and on')"), EXAMPLE)
    with begin_to_play(clone, backend) as process:
        interrupt_until_it_ends(process)
        assert "Traceback" not in process.stdout.read()
    assert process.returncode == 130


def interrupt_until_it_ends(process):
    while process.stdout.readline() != "spinning\n":
        pass
    while process.returncode is None:
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)


def test_an_exercise_without_an_example_says_what_else_there_is(clone):
    clone.example.unlink()
    told = tried(clone, "too_many_at_once")
    assert told.returncode == 2
    assert "has no example.py to play; `checker run too_many_at_once` shows" in told.stderr


def test_a_file_that_is_gone_is_no_traceback(clone):
    clone.file.unlink()
    told = tried(clone, "too_many_at_once")
    assert told.returncode == 2
    assert told.stderr.startswith("checker: exercises/locks_and_limits/too_many_at_once/exercise")


# --- the proof ----------------------------------------------------------------------------------


def test_an_example_that_does_not_play_the_solution_is_found(clone):
    (clone.solutions / "solution.py").write_text("def look_up_everything(): ...\n")
    found = examples.prove(clone)
    assert [fault.splitlines()[0] for fault in found] == [
        "with the solution on asyncio it does not come to its end:",
        "with the solution on trio it does not come to its end:",
    ]
    assert "cannot import name 'look_up_all'" in found[0]


def test_an_example_that_says_nothing_is_found(clone):
    clone.example.write_text("import exercise\n")
    assert len(examples.prove(clone)) == 4
    assert examples.prove(clone)[0] == "with the starter on asyncio it prints nothing"


def test_an_example_that_never_ends_is_found(clone, monkeypatch):
    monkeypatch.setattr(examples, "LONGEST", 0.5)
    clone.example.write_text("import time\nwhile True: time.sleep(1)\n")
    found = examples.prove(clone)
    assert len(found) == 4
    assert all("give up after a few seconds, with `anyio.move_on_after`" in one for one in found)


def test_verify_tells_of_an_example_that_is_wrong(clone):
    clone.example.write_text("raise SystemExit('no such thing')\n")
    told = subprocess.run(
        [sys.executable, "-m", "checker", "verify", "--no-mutants", "--seeds", "1"],
        cwd=clone.folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert "example.py: with the solution on trio it does not come to its end" in told.stdout
