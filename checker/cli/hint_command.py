"""`checker hint`: one more hint each time."""

import argparse
import sys
from pathlib import Path

from checker import cli
from checker.course import Course
from checker.feedback.terminal import Screen
from checker.progress import Progress
from checker.translation import _, ngettext


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _(
        "Give a hint for an exercise, one more each time you ask, from gentle to plain."
    )
    cli.add_name(parser)


def run(given: argparse.Namespace) -> int:
    course = Course.find(Path.cwd())
    exercise = cli.select_one(course, given.name, "hint")
    metadata = exercise.metadata
    shown = Progress(course).take_hint(exercise)
    screen = Screen(sys.stdout)
    screen.line(screen.style(f"{exercise.name} — {metadata.title}", "bold"))
    for number, hint in enumerate(metadata.hints[:shown], 1):
        screen.line()
        screen.paragraph(f"{number}. {hint}", "  ")
    screen.line()
    left = len(metadata.hints) - shown
    if left:
        more = ngettext(
            "{number} more: run the same command again.",
            "{number} more: run the same command again.",
            left,
        )
        screen.line(f"  {more}")
    else:
        screen.line("  " + _("That was the last one. These pages say more:"))
        for link in metadata.links:
            screen.line(f"  {link}")
    return cli.PASSED
