"""The book of a sweep: its verdicts, and beside them what an instructor decides.

The folder of a sweep holds three files of the instructor's. Every later sweep leaves them alone, and
whatever makes marks reads them:

    rules.toml          how points become marks: see `checker/sweep/marks.py`
    times.csv           when each student handed in: see `checker/sweep/rosters.py`
    corrections.toml    marks given by hand, in place of what the checks say

A correction names who gave it, when and why, so that a mark can be explained a year later:

    [[correction]]
    student = "Ada Lovelace"
    exercise = "lost_update"        # without it, the points are the whole mark
    points = 6
    reason = "She showed me that it works; the file was an old one."
    by = "C. Babbage"
    on = 2026-03-05
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from checker.sweep.journal import read_cohort
from checker.sweep.marks import (
    Rules,
    RulesError,
    due_of,
    earned,
    exercise_named,
    in_words,
    load_rules,
    mark,
    read_rules,
    rounded,
    rules_in,
    unknown_names,
)
from checker.sweep.results import Cohort, Correction, Student
from checker.sweep.rosters import RosterError, read_times, times_in

__all__ = [
    "CORRECTIONS",
    "RULES",
    "TIMES",
    "Book",
    "open_book",
    "read_decisions",
]

RULES: Final = "rules.toml"
TIMES: Final = "times.csv"
CORRECTIONS: Final = "corrections.toml"

MAX_NAMED: Final = 3


class Book(NamedTuple):
    cohort: Cohort
    """With the times and the corrections that were decided on."""
    rules: Rules
    sources: tuple[str, ...]
    """The files of the instructor's that it was made with."""
    notes: tuple[str, ...]
    """What an instructor should know of it: names that nobody has, lateness that rests on little."""


def open_book(out: Path, rules: Path | None = None) -> Book:
    """The book of the sweep in `out`; with `rules` in place of its own. Raises `RulesError`, and
    what `read_cohort` and `read_times` do."""
    cohort = read_cohort(out)
    sources, notes = [], []
    chosen = rules or out / RULES
    found = Rules()
    if rules is not None or chosen.exists():
        found = load_rules(chosen)
        sources.append(str(chosen))
    if (out / TIMES).exists():
        cohort, unknown = _with_times(cohort, _kept_times(out))
        sources.append(str(out / TIMES))
        notes += [f"{out / TIMES}: {said}" for said in unknown]
    if (out / CORRECTIONS).exists():
        cohort, unknown = _with_corrections(cohort, out / CORRECTIONS)
        sources.append(str(out / CORRECTIONS))
        notes += [f"{out / CORRECTIONS}{said}" for said in unknown]
    notes += _lower_by_hand(cohort, found)
    notes += [f"{chosen}: {said}" for said in unknown_names(found, cohort)]
    notes += _what_lateness_rests_on(cohort, found)
    return Book(cohort, found, tuple(sources), tuple(notes))


def read_decisions(out: Path, rules: Path | None, times: Path | None) -> dict[Path, bytes]:
    """What is to be written into the folder of a sweep so that it keeps these rules and times. All that
    an instructor has decided, there and here, is looked through first, so that a slip of the pen is told
    before anything is judged. Raises `RulesError` and `RosterError`."""
    files: dict[Path, bytes] = {}
    if rules is not None:
        files[out / RULES] = read_rules(rules)
        rules_in(files[out / RULES], rules)
    elif (out / RULES).exists():
        load_rules(out / RULES)
    if times is not None:
        files[out / TIMES] = read_times(times)
        times_in(files[out / TIMES], times)
    elif (out / TIMES).exists():
        _kept_times(out)
    if (out / CORRECTIONS).exists():
        _read_corrections(out / CORRECTIONS)
    return files


# --- times ----------------------------------------------------------------------------------------


def _kept_times(out: Path) -> dict[str, float]:
    """The times that the folder of a sweep keeps."""
    content = read_times(out / TIMES)
    if not content.strip():
        raise RosterError(
            f"{out / TIMES} is empty; remove it, or say --times FILE to have other times"
        )
    return times_in(content, out / TIMES)


def _with_times(cohort: Cohort, times: Mapping[str, float]) -> tuple[Cohort, list[str]]:
    students = tuple(
        msgspec.structs.replace(one, handed_in=times[one.name], time_from="times")
        if one.name in times
        else one
        for one in cohort.students
    )
    names = [one.name for one in cohort.students]
    unknown = [_nobody(name, names) for name in times if name not in names]
    return msgspec.structs.replace(cohort, students=students), unknown


def _nobody(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    return f"it names {name!r}, and there is no such student{meant}"


def _what_lateness_rests_on(cohort: Cohort, rules: Rules) -> list[str]:
    deadline = rules.deadline
    if deadline is None:
        return []
    by_files, said_late, unknown = [], [], []
    for result in cohort.results:
        student = result.student
        late = mark(result, rules).days_late
        if late and student.time_from == "files":
            by_files.append(student.name)
        if student.said_late and not late and due_of(student, deadline) == deadline.due:
            said_late.append(student.name)
        if deadline.trust == "times" and student.submitted and student.time_from != "times":
            unknown.append(student.name)
    notes = []
    if by_files:
        notes.append(
            f"{_named(by_files)} late by the dates of files on this machine, which copying, unpacking "
            "or a student can change; --times takes the times from whatever took the work in"
        )
    if said_late:
        notes.append(
            f"{_named(said_late)} in time by what is known here, but Canvas put LATE into the name of a "
            "file; --times says when it came"
        )
    if unknown:
        counts = "counts" if len(unknown) == 1 else "count"
        notes.append(
            f"{_named(unknown)} not in the file of times, and {counts} as in time; --times takes them"
        )
    return notes


def _named(names: Sequence[str]) -> str:
    """`ada is`, `ada, ben and 7 others are`."""
    if len(names) == 1:
        return f"{names[0]} is"
    shown = [*names[:MAX_NAMED]]
    if len(names) > MAX_NAMED:
        rest = len(names) - MAX_NAMED
        shown.append("1 other" if rest == 1 else f"{rest} others")
    return f"{', '.join(shown[:-1])} and {shown[-1]} are"


# --- corrections ----------------------------------------------------------------------------------


class _Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A correction as it stands in the file."""

    student: str
    points: Decimal
    reason: str
    by: str
    on: date
    exercise: str = ""


_ADVICE: Final = (
    "a correction has student, points, reason, by (who gave it) and on (a date, such as 2026-03-05, "
    "without quotes), and exercise unless it is the whole mark"
)


def _with_corrections(cohort: Cohort, path: Path) -> tuple[Cohort, list[str]]:
    """The cohort with its corrections, and in words which of them are nobody's."""
    unknown = []
    names = {one.name for one in cohort.students}
    most = sum(exercise.max_points for exercise in cohort.exercises)
    found: dict[str, dict[str, Correction]] = {}
    for line, given in _read_corrections(path):
        if given.student not in names:
            unknown.append(f":{line}: {_nobody(given.student, sorted(names))}")
            continue
        exercise = exercise_named(given.exercise, cohort.exercises) if given.exercise else None
        if given.exercise and exercise is None:
            short = [one.name.partition("/")[2] for one in cohort.exercises]
            near = difflib.get_close_matches(given.exercise, short, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            unknown.append(
                f":{line}: it names {given.exercise!r}, and this sweep has no such exercise{meant}"
            )
            continue
        top = exercise.max_points if exercise else most
        if not given.points.is_finite() or not 0 <= given.points <= top:
            what = exercise.name if exercise else "the whole"
            raise RulesError(
                f"{path}:{line}: points: it is {given.points}, and {what} is worth {top}; give a "
                f"number from 0 to {top}"
            )
        if exercise and given.points != int(given.points):
            raise RulesError(
                f"{path}:{line}: points: it is {given.points}; the points of an exercise are whole "
                "ones, give a whole number"
            )
        key = exercise.name if exercise else ""
        if key in found.setdefault(given.student, {}):
            raise RulesError(
                f"{path}:{line}: {given.student} has two corrections for {key or 'the whole'}; keep the "
                "one that counts"
            )
        found[given.student][key] = Correction(given.points, given.reason, given.by, given.on, key)
    students = tuple(_corrected(one, found.get(one.name, {})) for one in cohort.students)
    return msgspec.structs.replace(cohort, students=students), unknown


def _corrected(student: Student, found: Mapping[str, Correction]) -> Student:
    if not found:
        return student
    return msgspec.structs.replace(student, corrections=tuple(found[key] for key in sorted(found)))


def _lower_by_hand(cohort: Cohort, rules: Rules) -> Iterator[str]:
    """Which marks by hand are below what the checks give, as where somebody has handed in again."""
    for result in cohort.results:
        student = result.student
        for one in student.corrections:
            without = tuple(other for other in student.corrections if other is not one)
            judged = msgspec.structs.replace(student, corrections=without)
            if one.exercise:
                exercise = exercise_named(one.exercise, result.exercises)
                got = earned(judged, exercise, rules) if exercise is not None else None
                earns = None if got is None else Fraction(got)
            else:
                whole = mark(msgspec.structs.replace(result, student=judged), rules)
                earns = None if whole.not_graded else whole.final
            if earns is not None and one.points < rounded(earns):
                what = one.exercise.partition("/")[2] or "the whole mark"
                yield (
                    f"{student.name}: {rounded(Fraction(one.points))} by hand for {what}, though the work "
                    f"that was judged last earns {rounded(earns)}: take the correction out of "
                    f"{CORRECTIONS} if that is to count"
                )


def _read_corrections(path: Path) -> list[tuple[int, _Given]]:
    """The corrections, each with the line in which it begins."""
    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise RulesError(f"{path}: {error.strerror}; make it readable, or move it away") from None
    except ValueError as error:
        raise RulesError(f"{path}: {error}; it must be TOML, in UTF-8") from None
    tables: Any = found.pop("correction", [])
    if found or not isinstance(tables, list):
        wrong = next(iter(found), "correction")
        raise RulesError(
            f"{path}: {wrong}: it is not known here; begin each correction with [[correction]]"
        )
    lines = text.splitlines()
    begins = [
        n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*correction\s*\]\]", line)
    ]
    if len(begins) != len(tables):
        begins = [1] * len(tables)  # Written in one line, or in quotes.
    return [(line, _convert(table, path, line)) for line, table in zip(begins, tables, strict=True)]


def _convert(table: Any, path: Path, line: int) -> _Given:
    try:
        given: _Given = msgspec.convert(table, _Given)
    except msgspec.ValidationError as error:
        said, _, place = str(error).replace("`", "").partition(" - at $.")
        said = in_words(said)
        raise RulesError(
            f"{path}:{line}: {f'{place}: ' if place else ''}{said}; {_ADVICE}"
        ) from None
    for key in ("student", "reason", "by"):
        if not getattr(given, key).strip():
            raise RulesError(f"{path}:{line}: {key}: it is empty; {_ADVICE}")
    return given
