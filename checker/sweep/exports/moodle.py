"""A CSV file for Moodle's gradebook: who, then one column per exercise, then the total.

During the import, Moodle asks which of a user's fields the first column holds, and which item of the
gradebook each of the others is for. An empty cell is no grade. What was corrected by hand, and what
lateness took off, stands in a column that Moodle can take for the feedback on an item. `Identifier` is
what a worksheet of the assignment calls who handed in, if the names of folders tell.
"""

from checker.sweep.exports.csv import rows_as_csv
from checker.sweep.marks import (
    Mark,
    Rules,
    correction_in_words,
    earned,
    lateness_in_words,
    mark,
    rounded,
)
from checker.sweep.results import Cohort, Result


def of_cohort(cohort: Cohort, rules: Rules) -> bytes:
    rows: list[list[str | int | None]] = [
        [
            *("Username", "Identifier", "Group", *(e.name for e in cohort.exercises)),
            *("Tasklings total", "Tasklings feedback"),
        ]
    ]
    for result in cohort.results:
        student, got = result.student, mark(result, rules)
        identifier = f"Participant {student.number}" if student.platform == "moodle" else ""
        said = [lateness_in_words(got), *map(correction_in_words, got.corrections)]
        rows.append(
            [
                *(student.name, identifier, student.group),
                *points_after_lateness(result, rules, got),
                None if got.not_graded else str(rounded(got.final)),
                "; ".join(line for line in said if line),
            ]
        )
    return rows_as_csv(rows)


def points_after_lateness(result: Result, rules: Rules, got: Mark) -> list[str | None]:
    """What each exercise earned, less the penalty; `None` where it could not be judged."""
    points = [earned(result.student, exercise, rules) for exercise in result.exercises]
    return [
        None if one is None else str(rounded(one * (100 - got.penalty) / 100)) for one in points
    ]
