"""Make up a cohort, to see what a sweep does before there are real submissions.

DIR gets a folder for each student, with a random mix of right answers, known wrong ones and starters. Attackers hand in what the kit's own tests attack it with: programs that hang, forge, spy
and fill the disk. A sweep of them is for a machine with a jail: see `checker doctor`.
"""

import argparse
import contextlib
import os
import shlex
import sys
from pathlib import Path

from checker import cli
from checker.arguments import number_up_to, seed
from checker.course import Course, CourseError, shipped
from checker.feedback.terminal import Screen

MAX_STUDENTS = 100_000

_EPILOG = """\
examples:
  checker demo cohort/                           two hundred students, none of whom attacks
  checker demo cohort/ --students 20
  checker demo cohort/ --attackers all
  checker sweep cohort/ -o marks/

exit code: 0 it is made, 2 it cannot be
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help="a folder that is empty or not there yet"
    )
    parser.add_argument(
        "--students",
        metavar="N",
        type=number_up_to(MAX_STUDENTS),
        help="how many there are in all (default: 200, or all who attack)",
    )
    parser.add_argument(
        "--attackers",
        metavar="N",
        type=_number,
        default=0,
        help="how many of them attack the grader; `all` has each attack once (default: none)",
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=seed,
        default=1,
        help="draw who hands in what from N (default: 1)",
    )


def run(given: argparse.Namespace) -> int:
    from checker.demo.cohort import kinds_of_attacks, make_demo
    from checker.sweep.unversioned import make_folder

    folder: Path = given.folder
    students = given.students or max(200, given.attackers)
    if given.attackers > students:
        raise cli.UsageError(
            f"of {students} students, {given.attackers} cannot attack; ask for more --students"
        )
    try:
        if folder.exists() and any(name != ".gitignore" for name in os.listdir(folder)):
            raise cli.UsageError(f"{folder} is not empty; name a folder that is not there yet")
        make_folder(folder)
        make_demo(folder, students, given.attackers, given.seed)
    except OSError as error:
        raise cli.UsageError(f"{folder} cannot be made: {error.strerror or error}") from None
    screen = Screen(sys.stdout)
    attack = f", {given.attackers} of whom attack the grader" if given.attackers else ""
    screen.line(f"{students} {'student' if students == 1 else 'students'} in {folder}/{attack}")
    if 0 < given.attackers < kinds_of_attacks():
        screen.line(
            f"(There are {kinds_of_attacks()} attacks; `--attackers all` has each of them.)"
        )
    screen.line(f"Next: checker {_option()}sweep {shlex.quote(str(folder))} -o marks/")
    return cli.PASSED


def _option() -> str:
    """What a sweep has to be told so that it is of the course of this cohort, with a space behind it;
    empty where one stands in that course."""
    of_cohort = Course.load(shipped())
    with contextlib.suppress(CourseError):
        if {one.name for one in Course.find(Path.cwd())} == {one.name for one in of_cohort}:
            return ""
    return f"--course {shlex.quote(str(of_cohort.root))} "


def _number(text: str) -> int:
    if text == "all":
        from checker.demo.cohort import kinds_of_attacks

        return kinds_of_attacks()
    return 0 if text == "0" else number_up_to(MAX_STUDENTS)(text)
