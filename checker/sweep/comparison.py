"""What changed between two sweeps: whose marks, and what they depend on that is no longer the same.

A verdict follows from the submission, the exercise, the kit and what it runs on, and the seed; a mark follows
from verdicts, rules, times and corrections. For each mark that changed, the comparison names those of
these that did, since no other can be the reason. If none did and the mark is another, the kit has broken
its word, and that is said.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import msgspec

from checker.sweep.book import Book
from checker.sweep.marks import Mark, earned, mark
from checker.sweep.results import Result, Student, Work

__all__ = ["REASONS", "Change", "Comparison", "ExerciseChange", "Points", "Reason", "compare"]

Reason: TypeAlias = Literal[
    "submission",
    "exercise",
    "kit",
    "seed",
    "isolation",
    "unjudged",
    "correction",
    "rules",
    "time",
    "exercises",
    "student",
    "unknown",
]

REASONS: Final[Mapping[Reason, str]] = {
    "submission": "another file was handed in",
    "exercise": "the exercise is another one",
    "kit": "the kit, or what it runs on, is another one",
    "seed": "the seed is another one",
    "isolation": "it was isolated in another way",
    "unjudged": "it could not be judged in one of the sweeps",
    "correction": "it was corrected by hand",
    "rules": "the rules are others",
    "time": "it was handed in at another time, as far as is known",
    "exercises": "not the same exercises are in both sweeps",
    "student": "the student is in one of the sweeps alone",
    "unknown": "nothing that a mark depends on differs: please report this",
}
"""Why a mark may have changed, in words."""

Points: TypeAlias = Fraction | None
"""`None` where there is no mark."""


class ExerciseChange(msgspec.Struct, frozen=True):
    """One exercise of one student, whose points or status changed."""

    exercise: str
    before: Points
    after: Points
    status_before: str
    """Empty if the exercise was not there."""
    status_after: str
    reasons: tuple[Reason, ...]


class Change(msgspec.Struct, frozen=True):
    """One student whose mark changed, or who has changed exercises."""

    student: str
    before: Points
    after: Points
    """The final mark."""
    reasons: tuple[Reason, ...]
    """Why the mark is another one, besides what the exercises say."""
    exercises: tuple[ExerciseChange, ...]


class Comparison(msgspec.Struct, frozen=True):
    changes: tuple[Change, ...]
    same: int
    """How many students have the same mark, and the same points for each exercise."""


def compare(before: Book, after: Book) -> Comparison:
    """What changed from one sweep to another, by the names of students."""
    was = {result.student.name: result for result in before.cohort.results}
    now = {result.student.name: result for result in after.cohort.results}
    changes = []
    for name in sorted({*was, *now}):
        change = _change(name, was.get(name), now.get(name), before, after)
        if change is not None:
            changes.append(change)
    return Comparison(tuple(changes), len({*was, *now}) - len(changes))


def _change(
    name: str, was: Result | None, now: Result | None, before: Book, after: Book
) -> Change | None:
    marks = [
        mark(result, book.rules) if result is not None else None
        for result, book in ((was, before), (now, after))
    ]
    first, second = (_final(one) for one in marks)
    if was is None or now is None:
        return Change(name, first, second, ("student",), ())
    exercises = tuple(_exercise_changes(was, now, before, after))
    if not exercises and first == second:
        return None
    reasons: list[Reason] = []
    if first != second:
        if before.rules != after.rules:
            reasons.append("rules")
        if was.student.handed_in != now.student.handed_in and _lateness_of(marks):
            reasons.append("time")
        if _by_hand(was.student, "") != _by_hand(now.student, ""):
            reasons.append("correction")
        if {one.name for one in was.exercises} != {one.name for one in now.exercises}:
            reasons.append("exercises")
        if not reasons and not exercises:
            reasons.append("unknown")
    return Change(name, first, second, tuple(reasons), exercises)


def _final(one: Mark | None) -> Points:
    return None if one is None or one.not_graded else one.final


def _lateness_of(marks: list[Mark | None]) -> bool:
    """Whether lateness takes off more in one of them."""
    return len({one.penalty for one in marks if one is not None}) > 1


def _exercise_changes(
    was: Result, now: Result, before: Book, after: Book
) -> Iterator[ExerciseChange]:
    known = {exercise.name: exercise for exercise in (*was.exercises, *now.exercises)}
    for name, exercise in known.items():
        there = [exercise.name in {one.name for one in each.exercises} for each in (was, now)]
        points = [
            earned(each.student, exercise, book.rules) if is_there else None
            for each, book, is_there in ((was, before, there[0]), (now, after, there[1]))
        ]
        works = [_work(each.student, name) for each in (was, now)]
        statuses = [_status(work, is_there) for work, is_there in zip(works, there, strict=True)]
        if points[0] == points[1] and statuses[0] == statuses[1]:
            continue
        first, second = (None if one is None else Fraction(one) for one in points)
        reasons: tuple[Reason, ...] = ("exercises",)
        if all(there):
            reasons = tuple(_reasons(name, was, now, before, after)) or ("unknown",)
        yield ExerciseChange(name, first, second, statuses[0], statuses[1], reasons)


def _reasons(
    exercise: str, was: Result, now: Result, before: Book, after: Book
) -> Iterator[Reason]:
    one, other = (_work(each.student, exercise) for each in (was, now))
    if one is None or other is None:
        yield "unjudged"
    else:
        if one.digest != other.digest:
            yield "submission"
        if one.checks != other.checks:
            yield "exercise"
        if one.kit != other.kit or before.cohort.versions != after.cohort.versions:
            yield "kit"
        if before.cohort.seed_digest != after.cohort.seed_digest:
            yield "seed"
        if before.cohort.isolation != after.cohort.isolation:
            yield "isolation"
        if (one.report.status == "not_graded") != (other.report.status == "not_graded"):
            yield "unjudged"
    if _by_hand(was.student, exercise) != _by_hand(now.student, exercise):
        yield "correction"
    if before.rules.partial_credit != after.rules.partial_credit:
        yield "rules"


def _by_hand(student: Student, exercise: str) -> object:
    return [one for one in student.corrections if one.exercise == exercise]


def _work(student: Student, exercise: str) -> Work | None:
    return next((work for work in student.works if work.report.name == exercise), None)


def _status(work: Work | None, is_there: bool) -> str:
    if not is_there:
        return ""
    return "not_judged" if work is None else work.report.status
