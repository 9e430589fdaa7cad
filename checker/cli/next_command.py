"""`checker next`: what the next exercise of the course asks for."""

import argparse
import sys

from checker import cli
from checker.cli.question import ask_if_due
from checker.feedback import brief, overview
from checker.feedback.terminal import Screen
from checker.progress import Progress, next_exercise
from checker.translation import _

_EPILOG = _(
    """\
examples:
  checker next
  checker open              opens its file
  checker grade NAME        grades it; write its name for NAME

When it passes, `checker next` moves on to the one after it.
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _(
        "Show the brief of the next exercise: the first one that you have not passed yet."
    )
    parser.epilog = _EPILOG


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = next_exercise(course, Progress(course))
    screen = Screen(sys.stdout)
    if exercise is None:
        overview.show_next(screen, None, is_started=False, has_solutions=course.has_solutions)
        return cli.PASSED
    number, total = list(course).index(exercise) + 1, len(list(course))
    screen.line(screen.style(_("Exercise {number} of {total}", number=number, total=total), "dim"))
    for chapter in course.chapters:
        if exercise == chapter.exercises[0] and (chapter.folder / "README.md").is_file():
            file = f"exercises/{chapter.name}/README.md"
            text = _("A new chapter, {title}: read {file} first.", title=chapter.title, file=file)
            screen.paragraph(text, "", "dim")
    ask_if_due(screen, course, exercise)
    brief.show(screen, exercise)
    screen.line()
    overview.show_file(screen, exercise)
    return cli.PASSED
