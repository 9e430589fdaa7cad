"""The gradebook of a cohort as a single page of HTML that needs neither the network nor another file.

The table is plain HTML, so it can be read without a script. Most of the page is what lies behind its
cells (the checks, the runs, the code): equal works are stored once, many of them compressed together,
and unpacked when somebody asks.

Jinja2 escapes everything that comes from a submission, or the page's script inserts it as text; and the
page's policy allows no script and no style except the two that it was written with.
"""

import base64
import json
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from itertools import groupby
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from checker.feedback import page
from checker.feedback.axis import clock
from checker.harmless import printable
from checker.recording import Recording
from checker.report import CheckReport
from checker.sweep import similarity
from checker.sweep.book import Book
from checker.sweep.marks import (
    Rules,
    correction_in_words,
    lateness_in_words,
    mark,
    rounded,
    visibility,
)
from checker.sweep.results import Cohort, ExerciseInfo, Result, Student, Work
from checker.sweep.statistics import STATUSES, Standing, Statistics, of_exercise, standing

__all__ = ["render"]

_PACK: Final = 200_000
"""Characters of JSON that are compressed together: enough to be small, few enough to unpack at
once."""


class _Cell(NamedTuple):
    """What one student has for one exercise."""

    standing: Standing
    place: tuple[int, int] | None
    """Where the work is packed: the number of the package, and its own in that."""


class _Row(NamedTuple):
    student: Student
    handed_in: str
    total: str
    pending: str
    """Why the total is not a mark yet: some of it could not be judged, or has not been; empty if it is
    one."""
    late: str
    by_hand: bool
    """Whether the total was given by hand."""
    corrections: list[str]
    flags: int
    cells: list[_Cell]


class _Exercise(NamedTuple):
    """A column, and what the page says about it."""

    number: int
    info: ExerciseInfo
    statistics: Statistics
    part: int
    """The number of its chapter."""
    leads: bool
    """Whether it is the first of its chapter: a chapter that is folded is shown in its column."""

    @property
    def chapter(self) -> str:
        return self.info.name.rpartition("/")[0]

    @property
    def short(self) -> str:
        return self.info.name.rpartition("/")[2]


def render(
    book: Book,
    starters: Mapping[str, str],
    title: str = "",
    solutions: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The gradebook. `starters` are the files as they were handed out, by the names of exercises, and
    `solutions` those that the course came with; `title` is that of the course, if it has one."""
    published = solutions or {}
    cohort, rules = book.cohort, book.rules
    works: defaultdict[str, dict[str, Work]] = defaultdict(dict)
    for student in cohort.students:
        for work in student.works:
            works[work.report.name][student.name] = work
    packer = _Packer(rules)
    columns = []
    exercises: list[_Exercise] = []
    for number, exercise in enumerate(cohort.exercises):
        of_this = works[exercise.name]
        column = [
            _cell(student, exercise, of_this.get(student.name), rules, packer)
            for student in cohort.students
        ]
        columns.append(column)
        standings = [cell.standing for cell in column]
        statistics = of_exercise(
            *(standings, of_this, starters.get(exercise.name, "")),
            published.get(exercise.name, ()),
        )
        before = exercises[-1] if exercises else None
        leads = before is None or before.chapter != exercise.name.rpartition("/")[0]
        part = before.part + leads if before is not None else 0
        exercises.append(_Exercise(number, exercise, statistics, part, leads))
    rows = [
        _row(result, rules, [column[n] for column in columns])
        for n, result in enumerate(cohort.results)
    ]
    place = {student.name: n for n, student in enumerate(cohort.students)}
    alike = [
        [[place[name] for name in group.names] for group in exercise.statistics.alike]
        for exercise in exercises
    ]
    shared = page.parts()
    template = page.environment().from_string(_file("gradebook.html.j2"))
    return template.render(
        cohort=cohort,
        title=title,
        book=book,
        rows=rows,
        exercises=exercises,
        chapters=[
            (chapter, len(list(those)))
            for chapter, those in groupby(exercises, lambda each: each.chapter)
        ],
        groups=sorted({student.group for student in cohort.students if student.group}),
        place=place,
        max_points=sum(exercise.max_points for exercise in cohort.exercises),
        submitted=sum(student.submitted for student in cohort.students),
        passed=sum(all(cell.standing.status == "passed" for cell in row.cells) for row in rows),
        statuses=STATUSES,
        least=similarity.THRESHOLD,
        common=similarity.COMMON_AT_LEAST,
        shared=shared,
        css=Markup(_file("gradebook.css")),
        js=Markup(_file("gradebook.js")),
        index=_json(
            _plain(
                _index(cohort, rows)
                | {"parts": [each.part for each in exercises]}
                | {"alike": alike, "symbols": shared.symbols}
            )
        ),
        packed=_json(packer.packages()),
    )


def _file(name: str) -> str:
    return files("checker.sweep").joinpath(name).read_text("utf-8")


# --- the table ------------------------------------------------------------------------------------


def _cell(
    student: Student, exercise: ExerciseInfo, work: Work | None, rules: Rules, packer: "_Packer"
) -> _Cell:
    found = standing(student, exercise, work, rules)
    if work is None or found.status == "not_submitted":
        return _Cell(found, None)
    return _Cell(found, packer.place(work))


def _row(result: Result, rules: Rules, cells: list[_Cell]) -> _Row:
    found = mark(result, rules)
    return _Row(
        result.student,
        _handed_in(result.student),
        str(rounded(found.final)),
        _pending(found.not_graded, result.student),
        lateness_in_words(found),
        any(not one.exercise for one in found.corrections),
        [correction_in_words(one) for one in found.corrections],
        sum(cell.standing.flags for cell in cells),
        cells,
    )


def _pending(not_graded: Sequence[str], student: Student) -> str:
    if not not_graded:
        return ""
    judged = {work.report.name for work in student.works}
    return (
        "something could not be judged"
        if judged.issuperset(not_graded)
        else "not everything is judged yet"
    )


def _handed_in(student: Student) -> str:
    when = _date(student.handed_in)
    if not when or not student.time_from:
        return when
    return f"{when}, by {'the file of times' if student.time_from == 'times' else 'the date of a file'}"


def _date(seconds: float | None) -> str:
    if seconds is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""


# --- what lies behind a cell ----------------------------------------------------------------------


class _Packer:
    """Takes works, equal ones once, and packs them together, compressed."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._places: dict[Work, tuple[int, int]] = {}
        self._packages: list[str] = []
        self._open: list[str] = []

    def place(self, work: Work) -> tuple[int, int]:
        """Where in which package this is going to be."""
        if work not in self._places:
            self._places[work] = (len(self._packages), len(self._open))
            self._open.append(json.dumps(_plain(_told(work, self._rules)), separators=(",", ":")))
            if sum(map(len, self._open)) > _PACK:
                self._close()
        return self._places[work]

    def packages(self) -> list[str]:
        if self._open:
            self._close()
        return self._packages

    def _close(self) -> None:
        text = f"[{','.join(self._open)}]"
        self._packages.append(base64.b64encode(zlib.compress(text.encode(), 9)).decode())
        self._open.clear()


_SHOWN: Final = {
    "visible": "",
    "after_due_date": "students see it after the due date",
    "after_published": "students see it when marks are published",
    "hidden": "students do not see it",
}


def _told(work: Work, rules: Rules) -> dict[str, Any]:
    """What the page's script draws a panel from."""
    by_check: defaultdict[str, list[CheckReport]] = defaultdict(list)
    for check in work.report.checks:
        by_check[check.name].append(check)
    return {
        "file": work.report.checks[0].file if work.report.checks else "",
        "digest": work.digest,
        "source": work.text,
        "flags": [(flag.line, flag.what) for flag in work.flags],
        "checks": [
            {
                "title": checks[0].title,
                "points": checks[0].points,
                "shown": _SHOWN[visibility(rules, work.report.name, checks[0].name)],
                "on": [(each.backend, each.status, each.message, each.line) for each in checks],
            }
            for checks in by_check.values()
        ],
        "runs": [_run(f"r{n}", recording) for n, recording in enumerate(work.recordings)],
    }


def _run(name: str, recording: Recording) -> dict[str, Any]:
    """A recording, as `checker.feedback.page` would draw it."""
    view = page.view(name, recording)
    return {
        "id": view.id,
        "name": view.name,
        "check": recording.check,
        "backend": recording.backend,
        "token": recording.token,
        "at": view.at,
        "even": view.even,
        "true": view.true,
        "keys": view.keys,
        "edge": view.edge,
        "pixels": view.pixels,
        "height": view.height,
        "calls": view.calls,
        "legend": view.legend,
        "story": view.story,
        "prints": [(clock(each.at), each.text) for each in recording.prints],
        "lanes": [
            {
                "number": lane.number,
                "name": lane.name,
                "title": lane.title,
                "y": lane.y,
                "height": lane.height,
                "first": lane.first,
                "last": lane.last,
                "on": lane.goes_on,
                "items": [
                    (
                        item.id,
                        item.kind,
                        item.hue,
                        item.outcome,
                        item.name,
                        item.short,
                        item.line,
                        item.first,
                        item.last,
                        item.y,
                        item.nth,
                        item.goes_on,
                        item.sentence,
                        item.facts,
                    )
                    for item in lane.drawn
                ],
            }
            for lane in view.lanes
        ],
    }


def _index(cohort: Cohort, rows: Sequence[_Row]) -> dict[str, Any]:
    """What the page's script sorts and filters by."""
    statuses = list(STATUSES)
    return {
        "statuses": [(name, *said) for name, said in STATUSES.items()],
        "exercises": [(each.name, each.title, each.max_points) for each in cohort.exercises],
        "students": [
            {
                "name": row.student.name,
                "group": row.student.group,
                "handed_in": row.handed_in,
                "total": float(row.total),
                "late": row.late,
                "corrections": row.corrections,
                "pending": bool(row.pending),
                "problems": row.student.problems,
                "cells": [
                    (
                        statuses.index(cell.standing.status),
                        *cell.standing[1:],
                        *(cell.place or ()),
                    )
                    for cell in row.cells
                ],
            }
            for row in rows
        ],
    }


def _plain(value: Any) -> Any:
    """`value` without characters that hide or reorder others, in any text in it."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _json(value: Any) -> Markup:
    """JSON that is inert wherever it stands in a page."""
    text = json.dumps(value, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)
