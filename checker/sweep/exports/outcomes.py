"""The outcome of each check for a student, on both backends together and under the rules.

A check has a report for each backend, but only one score. So what other programs call a test is a check.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from checker.report import BACKENDS, CheckReport, ExerciseStatus
from checker.sweep.marks import Rules, Visibility, visibility
from checker.sweep.results import ExerciseInfo, Result, Work
from checker.translation import _

__all__ = ["CheckOutcome", "outcomes", "works"]


@dataclass(frozen=True)
class CheckOutcome:
    """One check of one exercise."""

    exercise: str
    """`chapter/name`."""
    name: str
    title: str
    status: ExerciseStatus
    """Passed only if it passed on both backends; not graded if one of them could not tell and
    neither failed; not started if the file is as it was shipped."""
    points: int
    max_points: int
    message: str
    """What was seen; empty if it passed. Backends that say different things are named."""
    file: str
    line: int | None
    replay: str
    visibility: Visibility

    @property
    def told(self) -> str:
        """The message for a student, where the place that it goes to cannot keep it back itself."""
        if self.message and self.visibility != "visible":
            if self.visibility == "hidden":
                return _("what this check saw is not shown")
            return _("what this check saw is not shown yet")
        return self.message


def works(result: Result) -> Iterator[tuple[ExerciseInfo, Work | None]]:
    """The exercises that were set, in their order, each with the student's work if there is any."""
    by_name = {work.report.name: work for work in result.student.works}
    for exercise in result.exercises:
        yield exercise, by_name.get(exercise.name)


def outcomes(result: Result, rules: Rules) -> list[CheckOutcome]:
    """All checks of a student, in the order of the exercises and of their checks."""
    found: list[CheckOutcome] = []
    for exercise, work in works(result):
        if work is not None:
            found += _outcomes_of_work(work, rules)
        elif result.student.submitted or result.student.unread:
            found.append(_whole(exercise, "not_graded", _("it has not been judged yet"), rules))
        else:
            found.append(_whole(exercise, "not_started", _("nothing was handed in"), rules))
    return found


def _outcomes_of_work(work: Work, rules: Rules) -> Iterator[CheckOutcome]:
    report = work.report
    counts = rules.partial_credit or report.status == "passed"
    for _name, group in groupby(report.checks, key=lambda check: check.name):
        checks = list(group)
        status = _status(checks) if report.status != "not_started" else "not_started"
        shown = next((c for c in checks if c.status == "failed"), checks[0])
        yield CheckOutcome(
            exercise=report.name,
            name=shown.name,
            title=shown.title,
            status=status,
            points=shown.points if status == "passed" and counts else 0,
            max_points=shown.points,
            message=_message(checks, status),
            file=shown.file,
            line=shown.line,
            replay=shown.replay,
            visibility=visibility(rules, report.name, shown.name),
        )


def _status(checks: list[CheckReport]) -> ExerciseStatus:
    statuses = {check.status for check in checks}
    if "failed" in statuses:
        return "failed"
    passed = {check.backend for check in checks if check.status == "passed"}
    return "passed" if passed == set(BACKENDS) and len(statuses) == 1 else "not_graded"


def _message(checks: list[CheckReport], status: ExerciseStatus) -> str:
    said = {check.message: check for check in checks if check.message}
    if not said and status == "not_graded":
        return _("it was judged on one backend only, and earns its points on both")
    if len(said) == 1:
        return next(iter(said))
    return "\n\n".join(f"{check.backend}: {message}" for message, check in said.items())


def _whole(exercise: ExerciseInfo, status: ExerciseStatus, why: str, rules: Rules) -> CheckOutcome:
    """In place of all checks of an exercise, where nothing is known about them."""
    return CheckOutcome(
        exercise=exercise.name,
        name="",
        title=exercise.title,
        status=status,
        points=0,
        max_points=exercise.max_points,
        message=why,
        file="",
        line=None,
        replay="",
        visibility=visibility(rules, exercise.name, ""),
    )
