"""The book of a sweep on the command line: what an instructor decides on, and what there is to know of it."""

import argparse
import sys
from pathlib import Path
from typing import Final

from checker import cli
from checker.course import Course
from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.sweep.book import RULES, TIMES, Book
from checker.sweep.unversioned import not_ignored

NAME: Final = "gradebook.html"
"""What the page is called in the folder of a sweep."""


def add_decisions(parser: argparse.ArgumentParser) -> None:
    """The options for what an instructor decides, which the folder of a sweep keeps."""
    parser.add_argument(
        "--rules",
        metavar="FILE",
        type=Path,
        help=f"a TOML file: how points become marks; OUT keeps it, as {RULES} "
        "(see `checker gradebook --help`)",
    )
    parser.add_argument(
        "--times",
        metavar="CSV",
        type=Path,
        help=f"when each student handed in; OUT keeps it, as {TIMES}",
    )


def write_gradebook(page: Path, course: Course, book: Book) -> None:
    """Write the page. Raises `UsageError`."""
    from checker.sweep.gradebook import render

    starters = {exercise.name: exercise.starter.decode("utf-8", "replace") for exercise in course}
    solutions = {
        exercise.name: [text.decode("utf-8", "replace") for text in exercise.known_solutions()]
        for exercise in course
    }
    cli.write_whole(page, render(book, starters, course.title, solutions))


def tell(book: Book, *written: Path) -> None:
    """Say on stderr what an instructor should know of a book, and of where its marks were written."""
    screen = Screen(sys.stderr)
    notes = [*book.notes, *filter(None, map(not_ignored, written))]
    for note in notes:
        screen.paragraph(f"checker: note: {printable(note)}", "", hanging="  ")
