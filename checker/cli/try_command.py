"""`checker try`: an exercise on the real clock."""

import argparse
import os
import signal
import subprocess
import sys
from typing import Final

from checker import cli
from checker.course import Exercise
from checker.feedback.terminal import Screen
from checker.report import BACKENDS
from checker.restore import how_to_restore
from checker.translation import _

_ALL: Final = "all"

_DESCRIPTION = _(
    """\
Play your exercise.py on the real clock, with services that sleep and print: feel what waits for what.
Nothing is judged. It is an ordinary Python process without limits, so `breakpoint()` works, and so does
every debugger (with `python exercise.py`, which plays the same).
"""
)
_EPILOG = _(
    """\
examples:
  checker try sleeping_loop
  checker try sleeping_loop --backend trio
  checker try sleeping_loop --backend all       on asyncio, then on trio

exit code: 0 it ended, 1 it raised an error, 2 wrong usage
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    cli.add_name(parser)
    parser.add_argument(
        "--backend",
        choices=(*BACKENDS, _ALL),
        default=BACKENDS[0],
        help=_("default: asyncio"),
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = cli.select_one(course, given.name, "try")
    if not exercise.example.is_file():
        raise cli.UsageError(
            _(
                "{exercise} has no example.py to play; `{command}` shows a run of it",
                exercise=exercise.name,
                command=f"checker run {exercise.short_name}",
            )
        )
    if not exercise.file.is_file():
        raise cli.UsageError(how_to_restore(exercise))
    screen = Screen(sys.stdout)
    code = cli.PASSED
    for backend in BACKENDS if given.backend == _ALL else (given.backend,):
        heading = _(
            "{exercise} on {backend}, on the real clock", exercise=exercise.name, backend=backend
        )
        screen.paragraph(heading, "", "bold", hanging="  ")
        sys.stdout.flush()
        ended = _play(exercise, backend)
        if ended == cli.INTERRUPTED:
            return ended
        if ended != 0:
            code = cli.FAILED
    return code


def _play(exercise: Exercise, backend: str) -> int:
    """The exit code of the example, which has the terminal to itself: Ctrl-C is for it."""
    example = os.path.abspath(exercise.example)
    words = [sys.executable, "-P", "-m", "checker.example", example, "--backend", backend]
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        # What the learner prints comes at its time, even if it goes into a file.
        return subprocess.run(words, env={**os.environ, "PYTHONUNBUFFERED": "1"}).returncode
    finally:
        signal.signal(signal.SIGINT, before)
