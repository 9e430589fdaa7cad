"""Write what you send back to students: a page and a Markdown text for each.

OUT is the folder that `checker sweep -o OUT` made. Students see what the rules let them see by now: see
[visibility] in `checker gradebook --help`. A check that they may not see yet is left out, and so are the
points that would give it away.

DIR also gets students.csv, which says whose file is which, and canvas.zip or moodle.zip, if the names of
the submissions hold the numbers by which these know their students. In Canvas, upload canvas.zip to
the assignment from the gradebook ("Upload Submissions"); in Moodle, upload moodle.zip with "Upload multiple
feedback files in a zip". Their numbers are those of one assignment: make a sweep for each of them.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from checker import cli
from checker.cli.gradebook import tell
from checker.feedback.terminal import Screen
from checker.harmless import printable

_ZIPS = ("canvas.zip", "moodle.zip")

_EPILOG = """\
examples:
  checker feedback marks/ -o feedback/
  checker feedback marks/ -o feedback/ --published    with what is after_published

exit code: 0 written, 2 wrong usage
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of a sweep")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        required=True,
        help="the folder to write to; files of the same names are overwritten",
    )
    parser.add_argument(
        "--published",
        action="store_true",
        help="marks are published: show what the rules call after_published",
    )
    parser.add_argument(
        "--rules",
        metavar="FILE",
        type=Path,
        help="use these rules, this once (default: those in OUT)",
    )


def _keep_apart(folder: Path) -> None:
    """Refuse a folder that holds something other than feedback: a sweep, whose marks are for nobody else,
    or submissions. Raises `UsageError`."""
    from checker.sweep import archives, journal

    if not folder.is_dir():
        return
    what = ""
    for entry in sorted(folder.iterdir()):
        name = entry.name.lower()
        if entry.name == journal.NAME:
            what = "holds a sweep"
            break
        if name.startswith(".") or name in _ZIPS:
            continue
        if entry.is_dir() or name.endswith((".py", *archives.SUFFIXES)):
            what = what or f"holds {printable(entry.name)!r}, which is no feedback"
    if what:
        raise cli.UsageError(f"{folder} {what}; give a folder of its own with -o")


def run(given: argparse.Namespace) -> int:
    from checker.sweep.book import open_book
    from checker.sweep.journal import JournalError
    from checker.sweep.marks import RulesError
    from checker.sweep.rosters import RosterError
    from checker.sweep.student_pages import student_files, uploads
    from checker.sweep.unversioned import make_folder

    folder: Path = given.output
    _keep_apart(folder)
    try:
        book = open_book(given.out, given.rules)
    except (JournalError, RulesError, RosterError) as error:
        raise cli.UsageError(str(error)) from None
    pages = student_files(book, published=given.published, now=datetime.now(UTC))
    zips = uploads(book, pages)
    try:
        make_folder(folder)
    except OSError as error:
        raise cli.UsageError(
            f"{folder} cannot be written to ({error.strerror}); give another folder with -o"
        ) from None
    cli.write_below(folder, {folder / name: data for name, data in (pages | zips).items()})
    tell(book, folder / next(iter(pages)))
    screen = Screen(sys.stdout)
    count = len(book.cohort.students)
    screen.line(
        f"{count} {'student' if count == 1 else 'students'}: a page and a text each in {folder}/"
    )
    for name in zips:
        screen.line(f"To upload: {folder / name}")
    return cli.PASSED
