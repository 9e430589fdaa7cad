"""`checker predict`: a question about what the starter does, and what it really does."""

import argparse
import sys

from checker import cli
from checker.cli.question import ask
from checker.feedback.terminal import Screen
from checker.progress import Progress
from checker.translation import _

_DESCRIPTION = _(
    """\
Guess what an exercise does before you fix it. You are asked a question, the program is run as it was
before anybody touched it, and you see what it really does, when, and why.

A wrong guess costs nothing.
"""
)
_EPILOG = _(
    """\
examples:
  checker predict lost_update
  echo 2 | checker predict lost_update     the second answer
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    cli.add_name(parser)


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = cli.select_one(course, given.name, "predict")
    if exercise.card is None:
        raise cli.UsageError(
            _(
                "{exercise} has no question; `{command}` shows a run of it",
                exercise=exercise.name,
                command=f"checker run {exercise.short_name}",
            )
        )
    screen = Screen(sys.stdout)
    screen.paragraph(f"{exercise.name} — {exercise.title}", "", "bold", hanging="  ")
    screen.line()
    ask(screen, exercise, Progress(course))
    return cli.PASSED
