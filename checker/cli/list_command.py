"""`checker list`: the course, and how far the learner is."""

import argparse
import sys
from typing import Final

from checker import cli
from checker.course import Exercise
from checker.feedback.console import MARKS, WORDS, score, standing
from checker.feedback.terminal import Screen
from checker.progress import Progress
from checker.translation import _

_MARKS = MARKS | {"changed": ("…", "yellow"), "missing": ("?", "yellow")}
_WORDS = WORDS | {
    "not_started": "",
    "changed": _("not graded since you changed it"),
    "missing": "",
}
_PASSED_BEFORE = {
    "not_started": _("passed before"),
    "failed": _("passed before; fails now"),
    "not_graded": _("passed before"),
    "changed": _("passed before; changed since"),
}

_EPILOG = _(
    """\
examples:
  checker list
  checker list blocking
"""
)

_WIDE: Final = 72
"""From how many columns on an exercise has its title beside it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _(
        "Show the course by chapter, with the points of each exercise and how far you are."
    )
    parser.epilog = _EPILOG
    cli.add_names(parser)


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    chosen = course.select(given.names)
    progress = Progress(course)
    screen = Screen(sys.stdout)
    if course.title:
        screen.paragraph(course.title, "", "bold")
        screen.line()
    for chapter in course.chapters:
        exercises = [exercise for exercise in chapter.exercises if exercise in chosen]
        if not exercises:
            continue
        screen.paragraph(f"{chapter.name} — {chapter.title}", "", "bold", hanging="  ")
        for exercise in exercises:
            _show(screen, exercise, progress)
        screen.line()
    passed = [exercise for exercise in chosen if progress.has_passed(exercise)]
    points = sum(_points(exercise, progress) for exercise in chosen)
    most = sum(exercise.max_points for exercise in chosen)
    screen.paragraph(standing(len(passed), len(chosen), points, most))
    cli.tell_of_update(course, screen)
    return cli.PASSED


def _points(exercise: Exercise, progress: Progress) -> int:
    """What was passed once keeps its points."""
    if progress.has_passed(exercise):
        return exercise.max_points
    return progress.standing(exercise)[1]


def _show(screen: Screen, exercise: Exercise, progress: Progress) -> None:
    status, _now = progress.standing(exercise)
    if not exercise.file.exists():
        status = "missing"
    word = _WORDS[status]
    if status == "missing":
        word = _("no file; {command}", command=f"checker reset {exercise.short_name}")
    elif progress.has_passed(exercise):
        word = _PASSED_BEFORE.get(status, word)
    mark, style = _MARKS[status]
    worth = score(_points(exercise, progress), exercise.max_points)
    if screen.plain:
        word = word or WORDS[status]
        text = f"{exercise.short_name}: {exercise.title}, {worth}, {word}"
        screen.paragraph(text, "  ", hanging="  ")
        return
    start = f"  {screen.style(mark, style)} {exercise.short_name:<22} {worth:<8}"
    if screen.width < _WIDE:
        screen.line(start.rstrip())
        screen.paragraph(exercise.title, "    ")
        if word:
            screen.paragraph(word, "    ", style)
        return
    row = f"{start} {exercise.title:<32}"
    before = 2 + 1 + 1 + 22 + 1 + 8 + 1
    if before + max(32, len(exercise.title)) + 1 + len(word) <= screen.width:
        screen.line(f"{row} {screen.style(word, style)}".rstrip())
    else:
        screen.line(row.rstrip())
        screen.paragraph(word, " " * before, style)  # Below the title.
