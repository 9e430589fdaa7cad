"""Completion, as somebody who presses Tab has it: in real shells, where they are installed."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker.cli import COMMANDS

ROOT = Path(__file__).parents[1]

PATIENCE = 60
"""Real seconds until something must have appeared, on a machine that has a lot to do."""


def needs(shell):
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"there is no {shell}")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with the commands of an installation on the path, and a script for each shell."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "bin").mkdir()
    for name in ("checker", "tasklings"):
        (folder / "bin" / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m checker "$@"\n')
        (folder / "bin" / name).chmod(0o755)
    for shell in ("bash", "zsh", "fish"):
        done = checker("completion", shell, cwd=folder)
        assert done.returncode == 0, done.stderr
        (folder / f"script.{shell}").write_text(done.stdout)
    made = checker("init", folder / "work", cwd=folder)
    assert made.returncode == 0, made.stderr
    return folder


def checker(*words, cwd):
    return subprocess.run(
        [sys.executable, "-m", "checker", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=environment(),
    )


def environment(home=None):
    # A catalogue would show others than the English sentences.
    known = {**os.environ, "LANGUAGE": "C", "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    if home is not None:
        known |= {"HOME": str(home), "PATH": f"{home}/bin{os.pathsep}{os.environ['PATH']}"}
    return known


def in_bash(home, line, cwd=None):
    """What bash offers at the end of this line."""
    # An end of line in place of the last word says that a new one begins.
    words = line.split(" ")
    code = (
        f". {home}/script.bash; COMP_WORDS=({' '.join(w or chr(39) * 2 for w in words)}); "
        f"COMP_CWORD={len(words) - 1}; _checker; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    return offered(["bash", "--norc", "-c", code], home, cwd)


def in_fish(home, line, cwd=None):
    """What fish offers at the end of this line, without the descriptions."""
    code = f"source {home}/script.fish; complete -C '{line}'"
    rows = offered(["fish", "--no-config", "-c", code], home, cwd)
    return [row.partition("\t")[0] for row in rows]


def offered(words, home, cwd):
    done = subprocess.run(
        words,
        cwd=cwd or home / "work",
        capture_output=True,
        text=True,
        env=environment(home),
        timeout=PATIENCE,
    )
    assert done.stderr == ""
    return [row for row in done.stdout.splitlines() if row]


SHELLS = [
    pytest.param(in_bash, marks=needs("bash"), id="bash"),
    pytest.param(in_fish, marks=needs("fish"), id="fish"),
]


@pytest.mark.parametrize("shell", SHELLS)
def test_all_commands_are_offered_first(shell, home):
    assert set(shell(home, "checker ")) == set(COMMANDS)
    assert shell(home, "checker gra") == ["grade", "gradebook"]


@pytest.mark.parametrize("shell", SHELLS)
def test_names_of_exercises_and_chapters_are_offered_where_a_name_may_stand(shell, home):
    assert {"lost_update", "deadlock", "locks_and_limits"} <= set(shell(home, "checker grade "))
    assert shell(home, "checker hint lost_u") == ["lost_update"]
    assert shell(home, "checker grade deadlock lost_u") == ["lost_update"]
    assert shell(home, "checker sweep --exercise lost_u") == ["lost_update"]
    assert "lost_update" not in shell(home, "checker init ")


@pytest.mark.parametrize("shell", SHELLS)
def test_options_are_offered_and_the_values_that_they_take(shell, home):
    assert shell(home, "checker run --repl") == ["--replay"]
    assert "--thorough" in shell(home, "checker grade lost_update --")
    assert "--thorough" not in shell(home, "checker hint --")
    assert set(shell(home, "checker grade --backend ")) == {"asyncio", "trio", "all"}
    assert shell(home, "checker grade --backend tr") == ["trio"]
    assert set(shell(home, "checker completion ")) == {"bash", "zsh", "fish"}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_second_name_of_the_program_is_completed_too(shell, home):
    assert shell(home, "tasklings hint lost_u") == ["lost_update"]


@pytest.mark.parametrize("shell", SHELLS)
def test_outside_a_course_no_names_are_offered_and_no_error_is_shown(shell, home):
    assert shell(home, "checker grade lost_u", cwd=home) == []


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("named", ["--course work", "--course ~/work", "--course=work"])
def test_names_are_those_of_the_course_that_the_line_names(shell, named, home):
    if shell is in_bash:
        named = named.replace("=", " = ")
    assert shell(home, f"checker hint {named} lost_u", cwd=home) == ["lost_update"]


@needs("bash")
def test_bash_completes_the_value_after_an_equals_sign(home):
    assert in_bash(home, "checker grade --backend = tr") == ["trio"]
    assert len(in_bash(home, "checker grade --backend =")) == 3


@needs("fish")
def test_fish_completes_a_path_to_an_exercise(home):
    assert in_fish(home, "checker grade exercises/locks_and_limits/lost") == [
        "exercises/locks_and_limits/lost_update/"
    ]


class Terminal:
    """An interactive shell in a terminal of its own."""

    def __init__(self, words, home, **more):
        self._ours, theirs = pty.openpty()
        self._shown = ""
        self._process = subprocess.Popen(
            words,
            cwd=home / "work",
            env=environment(home) | more,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def type(self, keys):
        os.write(self._ours, keys.encode())

    def wait(self, done):
        """Read what is shown until `done` says that this is enough."""
        limit = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < limit, f"what was shown is not enough: {self._shown!r}"
            if select.select([self._ours], [], [], 0.1)[0]:
                self._shown += os.read(self._ours, 4096).decode(errors="replace")

    def wait_for(self, text):
        self.wait(lambda: text in self._shown)


@pytest.fixture
def zsh(home, tmp_path):
    """An interactive zsh, in which Control-G writes the line to the file `tmp_path / "line"`."""
    (tmp_path / ".zshrc").write_text(
        f"PS1='ready> '\n. {home}/script.zsh\n"
        f'show() {{ print -r -- "$BUFFER" >{tmp_path}/new && mv {tmp_path}/new {tmp_path}/line }}\n'
        "zle -N show\nbindkey '^G' show\n"
    )
    with Terminal(["zsh", "-d", "-i"], home, ZDOTDIR=str(tmp_path)) as terminal:
        terminal.wait_for("ready> ")
        yield terminal


@needs("zsh")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("checker swe", "checker sweep "),
        ("checker hint lost_u", "checker hint lost_update "),
        ("checker grade deadlock lost_u", "checker grade deadlock lost_update "),
        ("tasklings hint dead", "tasklings hint deadlock "),
        ("checker grade --thor", "checker grade --thorough "),
        ("checker grade --backend tr", "checker grade --backend trio "),
        ("checker grade --backend=tr", "checker grade --backend=trio "),
        ("checker sweep --exercise lost_u", "checker sweep --exercise lost_update "),
        ("checker completion fi", "checker completion fish "),
        (
            "checker grade exercises/first_steps/for",
            "checker grade exercises/first_steps/forgotten_await/",
        ),
        ("checker init lost_u", "checker init lost_u"),
        (
            "cd ..\nchecker hint --course ~/work lost_u",
            "checker hint --course ~/work lost_update ",
        ),
    ],
)
def test_zsh_completes_what_is_typed(typed, completed, zsh, tmp_path):
    zsh.type(f"{typed}\t\a")
    zsh.wait(lambda: (tmp_path / "line").exists())
    assert (tmp_path / "line").read_text() == f"{completed}\n"


@needs("zsh")
def test_zsh_shows_what_commands_and_exercises_are_about(zsh):
    zsh.type("checker \t")
    zsh.wait_for("grade your work")
    zsh.type("\x15checker hint l\t")
    zsh.wait_for("The lost deposit")


def test_completing_names_loads_no_part_of_the_judge(home):
    code = (
        "import sys\nfrom checker.cli import main\nmain(['completion', '--names'])\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=home / "work",
        capture_output=True,
        text=True,
        env=environment(home),
    )
    assert "lost_update\tThe lost deposit\n" in done.stdout
    loaded = set(done.stderr.split())
    assert "checker.course" in loaded
    assert not [name for name in loaded if name.startswith(("checker.judge", "checker_sandbox"))]
    assert loaded.isdisjoint({"jinja2", "anyio", "trio", "asyncio", "subprocess"})


def test_a_shell_must_be_named_that_is_known(home):
    done = checker("completion", cwd=home)
    assert done.returncode == 2
    assert "shell" in done.stderr
    done = checker("completion", "tcsh", cwd=home)
    assert done.returncode == 2
    assert "'fish'" in done.stderr
