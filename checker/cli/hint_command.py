"""`checker hint`: one more hint each time."""

import argparse
import sys

from checker import cli
from checker.feedback.console import show_heading
from checker.feedback.terminal import Screen
from checker.progress import Progress
from checker.translation import _, ngettext

_EPILOG = _(
    """\
examples:
  checker hint                  for the exercise whose folder you are in, or the next one
  checker hint lost_update
  checker hint lost_update      again: one more hint
  checker hint lost_update --all
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _(
        "Give a hint for an exercise, one more each time you ask, from gentle to plain."
    )
    parser.epilog = _EPILOG
    cli.add_name(parser)
    parser.add_argument("--all", action="store_true", help=_("show all hints at once"))


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = cli.select_one(course, given.name, "hint")
    metadata = exercise.metadata
    progress = Progress(course)
    if given.all or progress.has_passed(exercise):
        shown = len(metadata.hints)  # Whoever has passed may look at all of them.
    else:
        shown = progress.take_hint(exercise)
    screen = Screen(sys.stdout)
    show_heading(screen, exercise.name, metadata.title)
    for number, hint in enumerate(metadata.hints[:shown], 1):
        screen.line()
        screen.paragraph(f"{number}. {hint}", "  ", hanging="   ")
    screen.line()
    left = len(metadata.hints) - shown
    if left and not progress.is_kept:
        screen.paragraph(progress.why_not_kept, "  ")
        command = f"checker hint {exercise.short_name} --all"
        screen.paragraph(_("All hints at once: {command}", command=command), "  ")
    elif left:
        more = ngettext(
            "{number} more: run the same command again.",
            "{number} more: run the same command again.",
            left,
        )
        screen.paragraph(more, "  ")
    else:
        screen.paragraph(
            _("That was the last hint. To read more:")
            if metadata.links
            else _("That was the last hint."),
            "  ",
        )
        for link in metadata.links:
            screen.paragraph(link, "  ")
        if course.contact:
            screen.paragraph(course.contact, "  ")
    return cli.PASSED
