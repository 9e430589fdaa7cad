"""Everything that a sweep found, for programs; for one submission, the report as `grade` prints it.

The sources and the recordings are left out: they stay in the sweep's folder. Everything except ASCII
is escaped, so a name does nothing to the terminal that shows it.
"""

import json
import math
from fractions import Fraction
from typing import Any, Final

import msgspec

from checker.harmless import encodable
from checker.report import encode_json, summarize_submission
from checker.sweep.marks import Mark, Rules, mark, rounded
from checker.sweep.results import Cohort, Result

SCHEMA: Final = "checker/cohort/v1"


def of_cohort(cohort: Cohort, rules: Rules) -> bytes:
    """Numbers that are no fractions of two decimals are rounded to two, halves up."""
    data = {
        "schema": SCHEMA,
        "seed": cohort.seed,
        "isolation": cohort.isolation,
        "versions": dict(cohort.versions),
        "exercises": msgspec.to_builtins(cohort.exercises),
        "students": [_student(result, rules) for result in cohort.results],
        "strays": list(cohort.strays),
    }
    return json.dumps(_clean(data), indent=2, allow_nan=False).encode("ascii") + b"\n"


def of_result(result: Result, rules: Rules) -> bytes:
    """The report alone, whatever the rules."""
    reports = tuple(work.report for work in result.student.works)
    return encode_json(summarize_submission(result.seed, reports))


def number(value: Fraction) -> int | float:
    """`value` rounded to two decimals, as JSON writes it."""
    short = rounded(value)
    return int(short) if short == int(short) else float(short)


def _student(result: Result, rules: Rules) -> dict[str, Any]:
    student = result.student
    return {
        "name": student.name,
        "group": student.group,
        "submitted": student.submitted,
        "handed_in": student.handed_in,
        "handed_in_by": student.time_from or None,
        "id": {"platform": student.platform, "number": student.number} if student.number else None,
        "problems": list(student.problems),
        "mark": _mark(mark(result, rules)),
        "works": [
            {
                "report": msgspec.to_builtins(work.report),
                "digest": work.digest,
                "flags": msgspec.to_builtins(work.flags),
            }
            for work in student.works
        ],
    }


def _mark(got: Mark) -> dict[str, Any]:
    return {
        "points": got.points,
        "max_points": got.max_points,
        "percentage": None if got.not_graded else number(got.percentage),
        "days_late": got.days_late,
        "penalty": number(got.penalty),
        # While something is not graded there is no mark.
        "final": None if got.not_graded else number(got.final),
        "not_graded": list(got.not_graded),
        "corrections": [
            {
                "exercise": one.exercise or None,
                "points": number(Fraction(one.points)),
                "reason": one.reason,
                "by": one.by,
                "on": one.on.isoformat(),
            }
            for one in got.corrections
        ],
    }


def _clean(value: Any) -> Any:
    """`value` without what JSON cannot say."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {encodable(key): _clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value
