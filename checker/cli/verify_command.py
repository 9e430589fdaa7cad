"""Prove that the checks of an exercise are right, on both backends and with several seeds.

The starter fails; the solution and every alternative pass; every mistake fails exactly the checks
that it names, and some mistake fails every check; no mutant of a right answer passes (see `checker
mutate`); brief, hints, title, points and the solution's note are there; and the checks say exactly
what messages.txt holds about each wrong answer.
"""

import argparse
import os
import sys

from checker import cli
from checker.arguments import number_up_to
from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.judge.launch import warm_sandboxes
from checker.verify import SEEDS, verify

_EPILOG = """\
examples:
  checker verify lost_update --seeds 1 --no-mutants --quick   while you write checks
    checker verify --accept lost_update                         and accept what they say now
  checker verify                                              everything, which takes long

exit code: 0 all is as it should be, 1 something is not, 2 wrong usage
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    cli.add_names(parser)
    parser.add_argument(
        "--seeds",
        metavar="N",
        type=number_up_to(10_000),
        default=len(SEEDS),
        help=f"prove it with the seeds from 1 to N (default: {len(SEEDS)})",
    )
    parser.add_argument(
        "--no-mutants",
        dest="mutants",
        action="store_false",
        help="leave out the wrong answers made by machine, which take longest; `checker mutate` tries them",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="search alternatives as quickly as a learner's file, which takes half as long altogether",
    )
    parser.add_argument(
        "--accept",
        action="store_true",
        help="write what the checks say about wrong answers to messages.txt; read what changes there",
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    course.expect_clone("verify")
    exercises = course.select(given.names)
    screen, status = Screen(sys.stdout), Screen(sys.stderr)
    findings = 0
    with warm_sandboxes(os.cpu_count() or 1) as sandboxes:
        found = verify(
            course,
            exercises,
            sandboxes=sandboxes,
            seeds=range(1, given.seeds + 1),
            accept=given.accept,
            mutants=given.mutants,
            quick=given.quick,
            graded=lambda done, total: status.progress(f"gradings {done} of {total}"),
            tried=lambda done, total: status.progress(f"mutants {done} of {total}"),
        )
        try:
            for finding in found:
                findings += 1
                status.clear_progress()
                path = screen.style(os.path.relpath(finding.path), "bold")
                screen.line(f"{path}: {printable(finding.text)}")
        finally:
            status.clear_progress()
    noun = "exercise" if len(exercises) == 1 else "exercises"
    if findings:
        screen.line(
            screen.style(f"{findings} thing{'' if findings == 1 else 's'} to fix", "red")
            + f" in {len(exercises)} {noun}"
        )
        return cli.FAILED
    screen.line(
        screen.style(f"{len(exercises)} {noun} verified", "green")
        + f" on both backends, with {given.seeds} seed{'' if given.seeds == 1 else 's'}"
    )
    return cli.PASSED
