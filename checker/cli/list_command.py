"""Show the course by chapter, with the points of each exercise and how far you are."""

import argparse
import sys
from pathlib import Path

from checker import cli
from checker.course import Course
from checker.feedback.terminal import Screen
from checker.progress import Progress

_STATES = {
    "passed": ("✓", "green", "passed"),
    "failed": ("✗", "red", "failed"),
    "not_graded": ("?", "yellow", "not graded"),
    "not_started": ("·", "dim", ""),
    "changed": ("…", "yellow", "not graded since you changed it"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="chapter/name, name or chapter")


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
            mark, style, word = _STATES[status]
            passed += status == "passed"
            points += earned
            most += exercise.max_points
            worth = f"{earned} of {exercise.max_points}"
            screen.line(
                f"  {screen.style(mark, style)} {exercise.short_name:<22} {worth:<8} "
                f"{exercise.title:<32} {screen.style(word, style)}".rstrip()
            )
        screen.line()
    screen.line(f"{passed} of {len(chosen)} passed, {points} of {most} points")
    return cli.PASSED
