"""`checker list`: the course, and how far the learner is."""

import argparse
import sys
from pathlib import Path

from checker import cli
from checker.course import Course
from checker.feedback.console import MARKS, WORDS, score, standing
from checker.feedback.terminal import Screen
from checker.progress import Progress
from checker.translation import _

_MARKS = MARKS | {"changed": ("…", "yellow")}
_WORDS = WORDS | {"not_started": "", "changed": _("not graded since you changed it")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _(
        "Show the course by chapter, with the points of each exercise and how far you are."
    )
    cli.add_names(parser)


def run(given: argparse.Namespace) -> int:
    course = Course.find(Path.cwd())
    chosen = {exercise.name for exercise in course.select(given.names)}
    progress = Progress(course)
    screen = Screen(sys.stdout)
    passed = points = most = 0
    for chapter in course.chapters:
        exercises = [exercise for exercise in chapter.exercises if exercise.name in chosen]
        if not exercises:
            continue
        screen.line(screen.style(f"{chapter.name} — {chapter.title}", "bold"))
        for exercise in exercises:
            status, earned = progress.standing(exercise)
            mark, style = _MARKS[status]
            passed += status == "passed"
            points += earned
            most += exercise.max_points
            worth = score(earned, exercise.max_points)
            screen.line(
                f"  {screen.style(mark, style)} {exercise.short_name:<22} {worth:<8} "
                f"{exercise.title:<32} {screen.style(_WORDS[status], style)}".rstrip()
            )
        screen.line()
    screen.line(standing(passed, len(chosen), points, most))
    cli.tell_of_update(course, screen)
    return cli.PASSED
