"""A CSV file for Canvas's gradebook: the columns that it wants, then one column per exercise.

Canvas finds a student by ID, by login, or else by name. The ID is known if Canvas put it into the names
of files; otherwise a roster's names may be logins or names, so they are in both columns. An empty cell leaves the gradebook as it is. Canvas has weights of its own, so
the columns of exercises hold points after lateness only; the last column, which can be left out when
importing, holds the final points after weights too.
"""

from checker.sweep.exports.csv import rows_as_csv
from checker.sweep.exports.moodle import points_after_lateness
from checker.sweep.marks import Rules, mark, rounded
from checker.sweep.results import Cohort, Student

TOTAL = "Tasklings total"


def of_cohort(cohort: Cohort, rules: Rules) -> bytes:
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    most = [exercise.max_points for exercise in cohort.exercises]
    rows: list[list[str | int | None]] = [
        [*header, *(exercise.name for exercise in cohort.exercises), TOTAL],
        ["    Points Possible", "", "", "", "", *most, sum(most)],
    ]
    for result in cohort.results:
        student, got = result.student, mark(result, rules)
        rows.append(
            [
                *(student.name, *_known_as(student), student.group),
                *points_after_lateness(result, rules, got),
                None if got.not_graded else str(rounded(got.final)),
            ]
        )
    return rows_as_csv(rows)


def _known_as(student: Student) -> tuple[str, str, str]:
    """The ID, the SIS user's ID and the login."""
    if student.platform == "canvas":
        return student.number, "", ""
    return "", "", student.name
