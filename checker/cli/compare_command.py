"""Show whose marks changed between two sweeps, and why: the submission, the exercise, the kit, the seed, the
rules, a correction.

OUT1 and OUT2 are folders that `checker sweep -o` made. Each is read with the rules, times and corrections
that it holds.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker import cli
from checker.cli.gradebook import tell
from checker.feedback.terminal import Screen
from checker.harmless import encodable, printable

if TYPE_CHECKING:
    from checker.sweep.comparison import Change, Comparison, Points

_EPILOG = """\
examples:
  checker compare marks-first/ marks-second/
  checker compare before/ after/ --json

exit code: 0 nothing changed, 1 something did, 2 wrong usage (as diff does)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    parser.add_argument("before", metavar="OUT1", type=Path, help="the folder of a sweep")
    parser.add_argument("after", metavar="OUT2", type=Path, help="the folder of a later one")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(given: argparse.Namespace) -> int:
    from checker.sweep.book import open_book
    from checker.sweep.comparison import compare
    from checker.sweep.journal import JournalError
    from checker.sweep.marks import RulesError
    from checker.sweep.rosters import RosterError

    try:
        before, after = open_book(given.before), open_book(given.after)
    except (JournalError, RulesError, RosterError) as error:
        raise cli.UsageError(str(error)) from None
    found = compare(before, after)
    tell(before)
    tell(after)
    if given.json:
        print(json.dumps(_as_json(found), indent=2))
    else:
        _show(Screen(sys.stdout), found)
    return cli.FAILED if found.changes else cli.PASSED


def _show(screen: Screen, found: "Comparison") -> None:
    for change in found.changes:
        _show_change(screen, change)
    changed = len(found.changes)
    if not changed:
        screen.line(f"No mark changed ({_students(found.same)})")
    else:
        screen.line(f"{_students(changed)} changed, {found.same} did not")


def _show_change(screen: Screen, change: "Change") -> None:
    from checker.sweep.comparison import REASONS

    screen.line(
        screen.style(printable(change.student), "bold")
        + f": {_shown(change.before)} → {_shown(change.after)}"
    )
    for reason in change.reasons:
        screen.paragraph(REASONS[reason], "  ", hanging="  ")
    for one in change.exercises:
        statuses = [each.replace("_", " ") for each in (one.status_before, one.status_after)]
        points = f"{_shown(one.before)} → {_shown(one.after)}"
        if statuses[0] != statuses[1]:
            points += f" ({statuses[0] or 'not set'} → {statuses[1] or 'not set'})"
        why = "; ".join(REASONS[reason] for reason in one.reasons)
        screen.paragraph(f"{printable(one.exercise)}: {points}: {why}", "  ", hanging="    ")


def _students(number: int) -> str:
    return "1 student" if number == 1 else f"{number} students"


def _shown(points: "Points") -> str:
    from checker.sweep.marks import rounded

    return "no mark" if points is None else str(rounded(points))


def _as_json(found: "Comparison") -> dict[str, Any]:
    return {
        "schema": "checker/comparison/v1",
        "changed": [
            {
                "student": encodable(change.student),
                "before": _number(change.before),
                "after": _number(change.after),
                "reasons": list(change.reasons),
                "exercises": [
                    {
                        "exercise": encodable(one.exercise),
                        "before": _number(one.before),
                        "after": _number(one.after),
                        "status_before": one.status_before or None,
                        "status_after": one.status_after or None,
                        "reasons": list(one.reasons),
                    }
                    for one in change.exercises
                ],
            }
            for change in found.changes
        ],
        "same": found.same,
    }


def _number(points: "Points") -> int | float | None:
    from checker.sweep.marks import rounded

    if points is None:
        return None
    short = rounded(points)
    return int(short) if short == int(short) else float(short)
