"""Marks: from the points that the checks give, by an instructor's rules.

The checks decide what is right and give the points. The rules say what these are worth in a course:
which chapter counts more, what a late day costs, who has more time, and which checks a student may see
before the deadline. They come from a TOML file, in which every part is optional: see `EXAMPLE`.

What somebody has corrected by hand goes before what the checks say. A correction of an exercise stands
for its points, so weights and lateness still apply; one of the whole is the mark itself.

When something was handed in is only as sure as what says it. The dates of files are those of this
machine's copy, and whoever packs, unpacks, clones or copies work can change them, the student included.
A file of times, from whatever took the work in, goes before them; `trust = "times"` has lateness rest on
such a file alone. Dates inside an archive, which its maker writes, count for nothing.

Everything is calculated exactly, in fractions; only what is shown is rounded, by `rounded`.
"""

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

from checker.sweep.results import Cohort, Correction, ExerciseInfo, Result, Student

__all__ = [
    "EXAMPLE",
    "Deadline",
    "Mark",
    "Rules",
    "RulesError",
    "Visibility",
    "correction_in_words",
    "due_of",
    "earned",
    "exercise_named",
    "in_words",
    "lateness_in_words",
    "load_rules",
    "mark",
    "read_rules",
    "rounded",
    "rules_in",
    "unknown_names",
    "visibility",
]

EXAMPLE: Final = """\
partial_credit = true           # false: points only if all checks pass

[weights]                       # how much the points count
locks_and_limits = 2            # of a chapter
deadlock = 3                    # of an exercise: before its chapter's

[deadline]
due = 2026-03-01T23:59:00+01:00
grace = 15                      # minutes that are still in time
percent_a_day = 10              # off what was earned, a day begun
latest = 2026-03-08T23:59:00+01:00     # later work earns nothing
trust = "files"                 # "times": be late only by --times

[deadline.students]             # more time: a due date of one's own
"Ada Lovelace" = 2026-03-04T23:59:00+01:00
[deadline.groups]
tuesday = 2026-03-03T23:59:00+01:00

[visibility]    # visible, after_due_date, after_published or hidden
default = "visible"
lost_update = "after_due_date"  # an exercise, or one check of it:
"lost_update/no_lost_update" = "hidden"
"""
"""A file of rules with all that there is."""

Visibility: TypeAlias = Literal["visible", "after_due_date", "after_published", "hidden"]

_When: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]

_DAY: Final = 86400
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class RulesError(Exception):
    """The rules cannot be used; the text names the file and the `key`, if it is about one, and says what
    would do."""

    def __init__(self, said: str, key: str = "") -> None:
        super().__init__(f"{key}: {said}" if key else said)
        self.key = key


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    due: _When
    grace: Annotated[int, msgspec.Meta(ge=0)] = 0
    """In minutes. What comes within it is in time; what comes later is late since `due`."""
    percent_a_day: Decimal = Decimal(0)
    """What each day that has begun takes off what was earned, from 0 to 100."""
    trust: Literal["files", "times"] = "files"
    """What may make somebody late: the dates of their files where no file of times has them, or such a
    file alone."""
    latest: _When | None = None
    """What comes after this earns nothing. More time for somebody moves it by as much."""
    students: Mapping[str, _When] = {}
    """A due date of their own for students, by name; it goes before that of their group."""
    groups: Mapping[str, _When] = {}


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How points become marks. The default ones take the points as they are."""

    partial_credit: bool = True
    """Whether an exercise earns the points of those checks that pass, or all or nothing."""
    weights: Mapping[str, Decimal] = {}
    """How much the points of a chapter or an exercise count; 1 if neither is named."""
    deadline: Deadline | None = None
    visibility: Mapping[str, Visibility] = {}
    """By the names of checks and of exercises, and `default`. See `visibility`."""


class Mark(msgspec.Struct, frozen=True):
    """What one student gets. Nothing in it is rounded."""

    points: int
    """Earned, before weights and lateness."""
    max_points: int
    percentage: Fraction
    """Of the weighted points, from 0 to 100, before lateness."""
    days_late: int
    """Days that had begun since the due date; 0 if it is not known when it was handed in."""
    penalty: Fraction
    """What lateness takes off, in percent of what was earned, from 0 to 100."""
    final: Fraction
    """Points after weights and lateness, from 0 to `max_points`."""
    not_graded: tuple[str, ...] = ()
    """The exercises that could not be judged, through no fault of the student. While there are any
    this is no mark yet: sweep again."""
    corrections: tuple[Correction, ...] = ()
    """What somebody gave by hand; one of the whole mark is the final one, whatever the rest says."""


def mark(result: Result, rules: Rules) -> Mark:
    """The mark of one student: exact, never below 0 and never above the maximum.

    The percentage is that of the weighted points: each exercise counts with its points times the
    its weight. The final points are that percentage of the maximum, less the penalty, unless somebody
    has given others by hand.
    Nothing is rounded here; whoever shows a mark rounds it with `rounded`.
    """
    points = most = 0
    weighted = weighted_most = Fraction(0)
    not_graded = []
    for exercise in result.exercises:
        got = earned(result.student, exercise, rules)
        if got is None:
            not_graded.append(exercise.name)
            got = 0
        weight = _weight(exercise.name, rules)
        points += got
        most += exercise.max_points
        weighted += weight * got
        weighted_most += weight * exercise.max_points
    share = weighted / weighted_most if weighted_most else Fraction(0)
    days, penalty = _lateness(result.student, rules.deadline)
    final = most * share * (100 - penalty) / 100
    by_hand = _by_hand(result.student, "")
    if by_hand is not None:
        final, not_graded = Fraction(by_hand.points), []
    set_for = {exercise.name for exercise in result.exercises}
    return Mark(
        points=points,
        max_points=most,
        percentage=share * 100,
        days_late=days,
        penalty=penalty,
        final=final,
        not_graded=tuple(not_graded),
        corrections=tuple(
            one for one in result.student.corrections if not one.exercise or one.exercise in set_for
        ),
    )


def _weight(exercise: str, rules: Rules) -> Fraction:
    for name in (exercise, exercise.partition("/")[2], _chapter(exercise)):
        if name in rules.weights:
            return Fraction(rules.weights[name])
    return Fraction(1)


def _by_hand(student: Student, exercise: str) -> Correction | None:
    return next((one for one in student.corrections if one.exercise == exercise), None)


def earned(student: Student, exercise: ExerciseInfo, rules: Rules) -> int | None:
    """The points of one student for one exercise, before weights and lateness; `None` if it could
    not be judged or read, or has not been yet, which is no mark."""
    by_hand = _by_hand(student, exercise.name)
    if by_hand is not None:
        return int(by_hand.points)
    work = next((work for work in student.works if work.report.name == exercise.name), None)
    if work is None:
        return None if student.submitted or student.unread else 0
    status = work.report.status
    if status == "not_graded":
        return None
    if status == "not_started" or (status == "failed" and not rules.partial_credit):
        return 0
    # Beside a check that failed, one that could not be judged might have earned its points.
    if any(check.status == "not_graded" for check in work.report.checks):
        return None
    return max(0, min(work.report.points, exercise.max_points))


def visibility(rules: Rules, exercise: str, check: str) -> Visibility:
    """When a student may see a check of an exercise (`chapter/name`): what the rules say of the
    check, or else of its exercise, or else by default; `visible` if they say nothing."""
    short = exercise.partition("/")[2]
    for name in (f"{exercise}/{check}", f"{short}/{check}", check, exercise, short, "default"):
        if name in rules.visibility:
            return rules.visibility[name]
    return "visible"


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """`value` with `places` decimals, halves rounded up, and no zeros at the end: 2/3 is 0.67, 1/8
    is 0.13, and 3 is 3."""
    scaled = Decimal((value * 10**places * 2 + 1) // 2)
    number = scaled.scaleb(-places)
    whole = number.to_integral_value(ROUND_HALF_UP)
    return whole if number == whole else number.normalize()


def load_rules(path: Path) -> Rules:
    """The rules in a TOML file. Raises `RulesError`."""
    return rules_in(read_rules(path), path)


def read_rules(path: Path) -> bytes:
    """What stands in a file of rules. A pipe can be read only once, so whoever wants to keep the file
    keeps this. Raises `RulesError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise RulesError(f"{path}: {error.strerror}; give a TOML file with the rules") from None


def rules_in(content: bytes, path: Path) -> Rules:
    """The rules that stand in what was read from `path`. Raises `RulesError`."""
    try:
        text = content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
        found = tomllib.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise RulesError(f"{path}: {error}; it must be TOML, in UTF-8") from None
    try:
        # One by one first: of a table's own keys, msgspec would not say which is wrong.
        for name, value, kind in _named_values(found):
            _convert(value, kind, name)
        rules: Rules = _convert(found, Rules, "")
        _hold_to_limits(rules)
    except RulesError as error:
        raise RulesError(f"{path}{_line_of(error.key, text)}: {error}") from None
    return rules


def _line_of(key: str, text: str) -> str:
    """`:7`, if that is the line in which the value of a key stands, as far as it can be found."""
    lines = text.splitlines()
    table = ""
    for number, line in enumerate(lines, 1):
        if head := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            table = f"{head[1]}."
            if key == head[1]:
                return f":{number}"
        named = re.match(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\s*=""", line)
        if named and key == table + (named[1] or named[2] or named[3] or ""):
            return f":{number}"
    return ""


def unknown_names(rules: Rules, cohort: Cohort) -> list[str]:
    """What the rules name and the cohort does not have, each in words: a slip of the pen in a name
    would otherwise give nobody more time, and hide nothing."""
    deadline = rules.deadline
    exercises = {exercise.name for exercise in cohort.exercises}
    short = {name.partition("/")[2] for name in exercises}
    checks = {
        (work.report.name, check.name)
        for student in cohort.students
        for work in student.works
        for check in work.report.checks
    }
    visible = {"default"} | exercises | short | {check for _, check in checks}
    for exercise, check in checks:
        visible |= {f"{exercise}/{check}", f"{exercise.partition('/')[2]}/{check}"}
    tables: list[tuple[str, str, Iterable[str], set[str]]] = [
        (
            "weights",
            "chapter or exercise",
            rules.weights,
            {_chapter(name) for name in exercises} | exercises | short,
        ),
        ("visibility", "exercise or check", rules.visibility, visible),
        (
            "deadline.students",
            "student",
            deadline.students if deadline else (),
            {student.name for student in cohort.students},
        ),
        (
            "deadline.groups",
            "group",
            deadline.groups if deadline else (),
            {student.group for student in cohort.students},
        ),
    ]
    said = []
    for table, kind, names, known in tables:
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), n=1)
                meant = f"; did you mean {near[0]!r}?" if near else ""
                said.append(f"[{table}] names {name!r}, and there is no such {kind}{meant}")
    return said


def exercise_named(name: str, exercises: Iterable[ExerciseInfo]) -> ExerciseInfo | None:
    """The exercise of a cohort that is called so, as `chapter/name` or as `name`."""
    return next((one for one in exercises if name in (one.name, one.name.partition("/")[2])), None)


def correction_in_words(one: Correction) -> str:
    """For example `lost_update: 6 points by hand (C. Babbage, 2026-03-05): the file was an old one`."""
    what = one.exercise.partition("/")[2] or "the whole mark"
    points = rounded(Fraction(one.points))
    return f"{what}: {points} points by hand ({one.by}, {one.on.isoformat()}): {one.reason}"


def lateness_in_words(mark: Mark) -> str:
    """For example `handed in 2 days late, which takes 20 % off`; empty if it was in time, or
    if the whole was given by hand."""
    if not mark.days_late or any(not one.exercise for one in mark.corrections):
        return ""
    days = "1 day" if mark.days_late == 1 else f"{mark.days_late} days"
    return f"handed in {days} late, which takes {rounded(mark.penalty)} % off"


def _lateness(student: Student, deadline: Deadline | None) -> tuple[int, Fraction]:
    """Days late, and what they take off, in percent."""
    if deadline is None or student.handed_in is None or not math.isfinite(student.handed_in):
        return 0, Fraction(0)
    if deadline.trust == "times" and student.time_from != "times":
        return 0, Fraction(0)
    late = Fraction(student.handed_in) - _seconds(due_of(student, deadline) - _EPOCH)
    if late <= deadline.grace * 60:
        return 0, Fraction(0)
    days = math.ceil(late / _DAY)
    if deadline.latest is not None and late > _seconds(deadline.latest - deadline.due):
        return days, Fraction(100)
    return days, min(Fraction(100), days * Fraction(deadline.percent_a_day))


def due_of(student: Student, deadline: Deadline) -> datetime:
    """When a student's work is due, more time included."""
    own = deadline.students.get(student.name) or deadline.groups.get(student.group)
    return own or deadline.due


def _seconds(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), 10**6)


def _chapter(exercise: str) -> str:
    return exercise.partition("/")[0]


_ADVICE: Final = {
    "partial_credit": "it is true or false",
    "weights": "a weight is a number from 0 for a chapter or an exercise, such as deadlock = 2",
    "visibility": "it is visible, after_due_date, after_published or hidden, in quotes",
    "deadline": "a table [deadline] has due, grace, percent_a_day, latest, trust, students and groups",
    "deadline.due": "give day, time and zone without quotes: 2026-03-01T23:59:00+01:00",
    "deadline.grace": "give minutes, a whole number from 0",
    "deadline.percent_a_day": "give a number from 0 to 100",
    "deadline.trust": "it is files or times, in quotes",
    "deadline.latest": "give day, time and zone without quotes: 2026-03-08T23:59:00+01:00",
    "deadline.students": "give day, time and zone without quotes: 2026-03-04T23:59:00+01:00",
    "deadline.groups": "give day, time and zone without quotes: 2026-03-04T23:59:00+01:00",
    "": "the keys are partial_credit, [weights], [deadline] and [visibility]",
}


def _named_values(found: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The values whose keys are names of the instructor's, with the types that they must have."""
    deadline = found.get("deadline")
    inner = deadline if isinstance(deadline, dict) else {}
    for table, values, kind in (
        ("weights", found.get("weights"), Decimal),
        ("visibility", found.get("visibility"), Visibility),
        ("deadline.students", inner.get("students"), _When),
        ("deadline.groups", inner.get("groups"), _When),
    ):
        for name, value in values.items() if isinstance(values, dict) else ():
            yield f"{table}.{name}", value, kind


def _convert(value: Any, kind: Any, key: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        said, _, place = str(error).replace("`", "").partition(" - at $.")
        raise _wrong(key or place, in_words(said)) from None


def in_words(said: str) -> str:
    """What msgspec says of a table that is wrong, as the end of a sentence."""
    said = f"{said[:1].lower()}{said[1:]}"
    for word, ours in (
        ("object missing required field ", "it lacks "),
        ("object contains ", "it contains "),
        ("object | null", "a table"),
        ("object", "a table"),
    ):
        said = said.replace(word, ours)
    return said


def _wrong(key: str, said: str) -> RulesError:
    # A name of the instructor's may hold dots itself: what is known is what it begins with.
    known = max((name for name in _ADVICE if key.startswith(name)), key=len)
    what = f"{said[:1].lower()}{said[1:]}"
    return RulesError(f"{what}; {_ADVICE[known]}", key)


def _hold_to_limits(rules: Rules) -> None:
    for name, weight in rules.weights.items():
        if not weight.is_finite() or weight < 0:
            raise _wrong(f"weights.{name}", f"it is {weight}")
    deadline = rules.deadline
    if deadline is None:
        return
    percent = deadline.percent_a_day
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise _wrong("deadline.percent_a_day", f"it is {percent}")
    if deadline.latest is not None and deadline.latest < deadline.due:
        raise RulesError("it is before due; give a later time, or leave it out", "deadline.latest")
    for table, extensions in (("students", deadline.students), ("groups", deadline.groups)):
        for name, due in extensions.items():
            if due < deadline.due:
                raise RulesError(
                    "it is before due, and would give less time; give a later time, or leave it out",
                    f"deadline.{table}.{name}",
                )
