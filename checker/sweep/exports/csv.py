"""A table for a spreadsheet: one row per student, one column per exercise, then the mark.

If an exercise could not be judged, its cell is empty, and so are those of the whole: the kit's own faults
never become zeros.
"""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from checker.harmless import cell
from checker.sweep.marks import Rules, correction_in_words, earned, mark, rounded
from checker.sweep.results import Cohort, Result


def of_cohort(cohort: Cohort, rules: Rules) -> bytes:
    header = ["student", "group", "submitted", "handed in (UTC)"]
    header += [exercise.name for exercise in cohort.exercises]
    header += ["points", "of", "percent", "days late", "penalty in percent", "final points"]
    header += ["not graded", "corrected by hand", "problems"]
    return rows_as_csv([header, *(_row(result, rules) for result in cohort.results)])


def rows_as_csv(rows: Sequence[Sequence[str | int | None]]) -> bytes:
    """A CSV file as RFC 4180 has it, in UTF-8. Every text is made harmless for a spreadsheet."""
    text = io.StringIO()
    csv.writer(text).writerows(
        [cell(value) if isinstance(value, str) else value for value in row] for row in rows
    )
    return text.getvalue().encode("utf-8")


def moment(seconds: float | None) -> str:
    """A time in POSIX seconds as `2026-03-01 22:59:00`, in UTC; empty if it is not known."""
    if seconds is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return ""


def _row(result: Result, rules: Rules) -> list[str | int | None]:
    student, got = result.student, mark(result, rules)
    row: list[str | int | None] = [
        student.name,
        student.group,
        "yes" if student.submitted else "no",
        moment(student.handed_in),
    ]
    row += [earned(student, exercise, rules) for exercise in result.exercises]
    whole = not got.not_graded
    row += [got.points if whole else None, got.max_points]
    row += [str(rounded(got.percentage)) if whole else None, got.days_late]
    row += [str(rounded(got.penalty)), str(rounded(got.final)) if whole else None]
    row += [" ".join(got.not_graded), "; ".join(map(correction_in_words, got.corrections))]
    row += ["; ".join(student.problems)]
    return row
