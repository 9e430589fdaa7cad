"""`checker brief`: what an exercise asks for, in the terminal."""

import argparse
import sys

from checker import cli
from checker.cli.question import ask_if_due
from checker.feedback import brief, overview
from checker.feedback.terminal import Screen
from checker.translation import _

_EPILOG = _(
    """\
examples:
  checker brief                 of the exercise whose folder you are in, or of the next one
  checker brief lost_update
  checker brief lost_update | less
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _("Show the brief of an exercise: what its program should do.")
    parser.epilog = _EPILOG
    cli.add_name(parser)


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = cli.select_one(course, given.name, "brief")
    screen = Screen(sys.stdout)
    ask_if_due(screen, course, exercise)
    brief.show(screen, exercise)
    screen.line()
    overview.show_file(screen, exercise)
    return cli.PASSED
