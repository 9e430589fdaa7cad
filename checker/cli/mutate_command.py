"""Make wrong answers by machine, and show those that no check catches.

The solution of an exercise and every alternative are changed in one place after another: a missing
lock, a limit that is off by one, a timeout that nobody asked for. Each of these mutants should fail a
check on asyncio or on trio. Those that survive are shown as diffs from the right answer: sharpen a
check until the mutant fails, or, if the brief allows it, list it in equivalent.toml with the reason.
"""

import argparse
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from checker import cli
from checker.arguments import seed
from checker.feedback.terminal import Screen
from checker.judge.launch import Sandbox, warm_sandboxes
from checker.mutation import equivalent, samples, table
from checker.mutation.families import FAMILIES
from checker.mutation.survey import SEED, Finding, Survey, survey
from checker.mutation.trial import Failure

_EPILOG = """\
examples:
  checker mutate lost_update                    what survives, as differences
  checker mutate lost_update --family locks     of one family
  checker mutate lost_update --all              which check kills each of the others
  checker mutate lost_update --list             entries for equivalent.toml, to fill in reasons
  checker mutate --accept                       write docs/mutation.md and docs/mutants.md

exit code: 0 no mutant survives without a reason, 1 some do, 2 wrong usage
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    cli.add_names(parser)
    parser.add_argument(
        "--family",
        action="append",
        choices=list(FAMILIES),
        metavar="FAMILY",
        help=f"only mutants of this family (may be repeated): {', '.join(FAMILIES)}",
    )
    parser.add_argument("--seed", type=seed, default=SEED, help="draw the inputs from N")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument(
        "--all", action="store_true", help="also name what was killed, and the check that killed it"
    )
    shown.add_argument(
        "--list",
        action="store_true",
        help="show survivors as entries for equivalent.toml; each needs a reason",
    )
    shown.add_argument(
        "--accept",
        action="store_true",
        help=f"write the scores of all exercises to {table.FILE}, and what is said of one mutant of "
        f"each family to {samples.FILE}",
    )


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    course.expect_clone("mutate")
    if given.accept and (given.names or given.family):
        raise cli.UsageError(
            f"{table.FILE} is about all exercises: give neither names nor families"
        )
    exercises = course.select(given.names)
    screen, status = Screen(sys.stdout), Screen(sys.stderr)
    families = {
        name: changes for name, changes in FAMILIES.items() if name in (given.family or FAMILIES)
    }
    surveys = []
    shown: set[Finding] = set()

    def show_at_once(finding: Finding) -> None:
        if not given.list:
            status.clear_progress()
            _show_finding(screen, finding)
            shown.add(finding)

    with warm_sandboxes(os.cpu_count() or 1) as sandboxes:
        found = survey(
            exercises,
            sandboxes=sandboxes,
            seed=given.seed,
            families=families,
            tried=lambda done, total: status.progress(f"mutants {done} of {total}"),
            found=show_at_once,
        )
        try:
            for one in found:
                status.clear_progress()
                _show(screen, one, given, shown)
                surveys.append(one)
            if given.accept:
                _write_pages(course.root, surveys, sandboxes)
        finally:
            status.clear_progress()
    for one in surveys:
        _show_score(screen, one)
    return cli.FAILED if any(any(one.findings()) for one in surveys) else cli.PASSED


def _write_pages(root: Path, surveys: Sequence[Survey], sandboxes: Sequence[Sandbox]) -> None:
    (root / "docs").mkdir(exist_ok=True)
    cli.write_whole(root / table.FILE, table.describe(surveys))
    cli.write_whole(root / samples.FILE, samples.describe(surveys, sandboxes))


def _show(
    screen: Screen, one: Survey, given: argparse.Namespace, shown: Collection[Finding]
) -> None:
    """What is to be fixed and has not been shown yet, and, if that was asked for, what is not to be."""
    if given.all:
        for fate in one.fates:
            if isinstance(fate.outcome, Failure):
                by = f"{fate.outcome.check} on {fate.outcome.backend}"
                screen.line(f"{fate.mutant.label}: killed by {by}")
            elif fate.reason is not None:
                screen.line(f"{fate.mutant.label}: equivalent: {fate.reason}")
    if given.list:
        if one.holes:
            file = os.path.relpath(one.exercise.solutions / equivalent.FILE)
            screen.line(screen.style(f"# {file}", "dim"))
            screen.line(equivalent.describe([fate.mutant for fate in one.holes]))
        return
    for finding in one.findings():
        if finding not in shown:
            _show_finding(screen, finding)


def _show_finding(screen: Screen, finding: Finding) -> None:
    path, text = finding
    head, *rest = text.splitlines()
    screen.line(f"{screen.style(os.path.relpath(path), 'bold')}: {head}")
    for row in rest:
        style = {"+": "green", "-": "red"}.get(row[:1])
        screen.line("  " + (screen.style(row, style) if style else row))
    sys.stdout.flush()  # Whoever reads it through a pipe need not wait for the rest.


def _show_score(screen: Screen, one: Survey) -> None:
    count = len(one.fates)
    parts = [f"{count} mutant{'' if count == 1 else 's'}", f"{one.killed} killed"]
    if one.equivalent:
        parts.append(f"{one.equivalent} equivalent")
    if one.holes:
        parts.append(screen.style(f"{len(one.holes)} survive", "red"))
    screen.line(f"{one.exercise.name}: {', '.join(parts)}; score {table.percent(one)}")
