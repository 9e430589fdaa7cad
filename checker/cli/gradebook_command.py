"""Make the gradebook of a sweep again, without judging anything: after a correction, or by other rules.

OUT is the folder that `checker sweep -o OUT` made. It holds what an instructor decides, and every later
sweep, gradebook, export and feedback follows that: rules.toml (from --rules) says how points become marks,
times.csv (from --times) says when each student handed in, and corrections.toml, which you write, holds
marks given by hand.
"""

import argparse
import sys
import textwrap
from pathlib import Path

from checker import cli
from checker.cli.gradebook import NAME, add_decisions, tell, write_gradebook
from checker.feedback.terminal import Screen
from checker.sweep.book import open_book, read_decisions
from checker.sweep.journal import JournalError
from checker.sweep.marks import EXAMPLE, RulesError
from checker.sweep.rosters import RosterError

_CORRECTIONS = """\
[[correction]]
student = "Ada Lovelace"
exercise = "lost_update"        # without it, the points are the whole mark
points = 6
reason = "She showed me that it works; the file was an old one."
by = "C. Babbage"
on = 2026-03-05
"""

_TIMES = """\
name,time
Ada Lovelace,2026-03-01T23:58:59+01:00
"""


def _shown(text: str) -> str:
    return textwrap.indent(text, "  ")


_EPILOG = f"""\
examples:
  checker gradebook marks/                       after you changed a file in it
  checker gradebook marks/ --rules rules.toml

a file of rules, of which every part may be left out:
{_shown(EXAMPLE)}
OUT/corrections.toml, which no sweep touches:
{_shown(_CORRECTIONS)}
a file of times, whose columns may also be called student and submitted at:
{_shown(_TIMES)}
Without a time in such a file, the dates of a student's files on this machine count. Copying, unpacking or
cloning changes those, and so can the student; the gradebook says where each time comes from.
Dates inside archives are never used.

exit code: 0 the gradebook is written, 2 wrong usage
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of a sweep")
    add_decisions(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="PAGE",
        type=Path,
        help=f"where to write the page (default: OUT/{NAME})",
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    screen = Screen(sys.stdout)
    try:
        files = read_decisions(given.out, given.rules, given.times)
        open_book(given.out)  # Nothing is kept in a folder that holds no sweep.
        cli.write_below(given.out, files)
        book = open_book(given.out)
    except (JournalError, RulesError, RosterError) as error:
        raise cli.UsageError(str(error)) from None
    page = given.output or given.out / NAME
    write_gradebook(page, course, book)
    tell(book, page)
    for source in book.sources:
        screen.line(f"By {source}")
    screen.line(f"Gradebook: {page}")
    return cli.PASSED
