"""Classroom 50's `result.json`: one test per check, and a score in whole points.

The variables that its runner sets say where the work comes from (the classroom, the assignment, the
commit); elsewhere the sweep's own facts do. The total is the mark after weights and lateness, rounded
to whole points, halves up, since the format has no fractions; it is null while something could not be
judged.

https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
"""

import os
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from checker.harmless import one_line
from checker.sweep.exports.csv import moment
from checker.sweep.exports.outcomes import outcomes
from checker.sweep.marks import Rules, mark, rounded
from checker.sweep.results import Result

SCHEMA: Final = "classroom50/result/v1"


def of_result(result: Result, rules: Rules) -> bytes:
    student, got = result.student, mark(result, rules)
    graded_at = f"{_now():%Y-%m-%dT%H:%M:%SZ}"
    handed_in = moment(student.handed_in).replace(" ", "T")
    digest = next((work.digest for work in student.works if work.digest), "none")[:12]
    commit = _given("COMMIT_URL", digest)
    release = _given("RELEASE_URL", commit)
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "classroom": _given("CLASSROOM", student.group or "tasklings"),
        "assignment": _given("ASSIGNMENT", "tasklings"),
        "assignment_type": _given("ASSIGNMENT_TYPE", "individual"),
        "owner": _given("OWNER", student.name or "nobody"),
        "submission": _given("SUBMISSION_TAG", f"submit/{digest}"),
        "commit": commit,
        "release": release,
        "review": _given("REVIEW_URL", commit),
        "datetime": f"{handed_in}Z" if handed_in else graded_at,
        "graded_at": graded_at,
        "score": None if got.not_graded else int(rounded(got.final, 0)),
        "max-score": got.max_points,
        "tests": [
            {
                "test-name": one_line(f"{one.exercise}: {one.title}"),
                "passed": one.status == "passed",
                "score": one.points,
                "max-score": one.max_points,
            }
            for one in outcomes(result, rules)
        ],
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def _given(variable: str, otherwise: str) -> str:
    in_its_runner = "SUBMISSION_TAG" in os.environ
    given = os.environ.get(variable) if in_its_runner else None
    return one_line(given or otherwise)


def _now() -> datetime:
    return datetime.now(UTC)
