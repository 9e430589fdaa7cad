"""The gradebook of a cohort as one page of HTML that needs nothing else: no network, no other file.

The table is plain HTML, so that it can be read without a script. What lies behind its cells (the
checks, the runs, the code) is the bulk of it: equal works are stored once, many of them compressed
together, and unpacked when somebody asks.

All that comes from a submission is escaped by Jinja2, or put into the page as text by its script; and
the page's own policy runs no script and applies no style but the two that it was written with.
"""

import base64
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from checker.feedback import page
from checker.feedback.axis import clock
from checker.feedback.terminal import printable
from checker.recording import Recording
from checker.report import BACKENDS, CheckReport
from checker.sweep import likeness
from checker.sweep.marks import Rules, earned, mark, rounded
from checker.sweep.results import Cohort, ExerciseInfo, Student, Work
from checker_sandbox.wire.plain import shortened

__all__ = ["render"]

_STATUSES: Final = {
    "passed": ("✓", "passed"),
    "failed": ("✗", "failed"),
    "not_graded": ("?", "not graded"),
    "not_started": ("·", "not started"),
    "not_submitted": ("–", "not submitted"),
}
"""How each is marked and called, in the order in which a column is sorted."""

_PACK: Final = 200_000
"""Characters of JSON that are compressed together: enough to be small, few enough to unpack at
once."""

_MESSAGES: Final = 4
"""How many kinds of messages are told of a check."""

_LINE_ENDS: Final = re.compile(r"\r\n|\r")

MAX_PATTERN: Final = 400

_QUOTED: Final = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`|(?<!\S)[^\s@]+@[^\s@]+")
_WHO: Final = re.compile(r"(?<=\btask )\d+ \([^()\n]+\)|(?<=\bthread )\d+ \([^()\n]+\)")
_GIVEN: Final = re.compile(r"(?<=\w\()[^()\n]+(?=\))")
_NUMBERS: Final = re.compile(r"-?\d+(?:[.:]\d+)*(?:(?:, | and | or | \+ | = )-?\d+(?:[.:]\d+)*)*")


class _Cell(NamedTuple):
    """What one student has for one exercise."""

    status: str
    sign: str
    words: str
    points: int | None
    only: str
    """The one backend on which it fails, if it passes on the other."""
    flags: int
    place: tuple[int, int] | None
    """Where the work is packed: the number of the package, and its own in that."""


class _Row(NamedTuple):
    student: Student
    handed_in: str
    total: str
    pending: bool
    """Whether something of it could not be judged, so that the total is no mark yet."""
    late: str
    flags: int
    cells: list[_Cell]


class _Message(NamedTuple):
    """What a check says of many, with what differs from one to the next left out."""

    pattern: str
    example: str
    students: int
    where: str


class _Check(NamedTuple):
    """How a check went, for all who began with the exercise."""

    title: str
    failed: int
    share: float
    where: list[tuple[str, int]]
    messages: list[_Message]
    more: int
    """Other kinds of messages."""


class _Part(NamedTuple):
    """A part of a bar."""

    status: str
    words: str
    students: int
    start: float
    width: float


class _Exercise(NamedTuple):
    """A column, and what is told of it."""

    number: int
    info: ExerciseInfo
    chapter: str
    short: str
    parts: list[_Part]
    alone: list[tuple[str, int]]
    """How many fail on one backend only."""
    mean: str
    checks: list[_Check]
    alike: list[likeness.Group]


def render(cohort: Cohort, starters: Mapping[str, str], rules: Rules | None = None) -> str:
    """The gradebook. `starters` are the files as they were handed out, by the names of exercises."""
    rules = rules or Rules()
    found = {
        (student.name, work.report.name): work
        for student in cohort.students
        for work in student.works
    }
    packer = _Packer()
    columns = []
    for exercise in cohort.exercises:
        works = [found.get((student.name, exercise.name)) for student in cohort.students]
        columns.append(
            [
                _cell(student, exercise, work, rules, packer)
                for student, work in zip(cohort.students, works, strict=True)
            ]
        )
    rows = [
        _row(student, cohort, rules, [column[n] for column in columns])
        for n, student in enumerate(cohort.students)
    ]
    exercises = [
        _exercise(
            number,
            exercise,
            column,
            {s.name: w for s in cohort.students if (w := found.get((s.name, exercise.name)))},
            starters.get(exercise.name, ""),
        )
        for number, (exercise, column) in enumerate(zip(cohort.exercises, columns, strict=True))
    ]
    place = {student.name: n for n, student in enumerate(cohort.students)}
    alike = [
        [[place[name] for name in group.names] for group in exercise.alike]
        for exercise in exercises
    ]
    shared = page.parts()
    template = page.environment().from_string(
        files("checker.sweep").joinpath("gradebook.html.j2").read_text("utf-8")
    )
    return template.render(
        cohort=cohort,
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
        passed=sum(all(cell.status == "passed" for cell in row.cells) for row in rows),
        statuses=_STATUSES,
        least=likeness.ALIKE,
        common=likeness.COMMON_AT_LEAST,
        shared=shared,
        index=_json(_plain(_index(cohort, rows) | {"alike": alike, "symbols": shared.symbols})),
        packed=_json(packer.packages()),
    )


# --- the table ------------------------------------------------------------------------------------


def _cell(
    student: Student, exercise: ExerciseInfo, work: Work | None, rules: Rules, packer: "_Packer"
) -> _Cell:
    if work is None:
        status = "not_graded" if student.submitted else "not_submitted"
    elif work.report.status == "not_started" and not work.digest:
        status = "not_submitted"
    else:
        status = work.report.status
    points = earned(student, exercise, rules) if status in ("passed", "failed") else None
    return _Cell(
        status,
        *_STATUSES[status],
        points=points,
        only=_only(work) if work is not None and status == "failed" else "",
        flags=len(work.flags) if work is not None else 0,
        place=None if work is None or status == "not_submitted" else packer.place(work),
    )


def _only(work: Work) -> str:
    """The one backend on which this fails, if it passes on the other."""
    statuses = {
        backend: {check.status for check in work.report.checks if check.backend == backend}
        for backend in BACKENDS
    }
    failed = [backend for backend in BACKENDS if "failed" in statuses[backend]]
    passed = [backend for backend in BACKENDS if statuses[backend] == {"passed"}]
    return failed[0] if len(failed) == len(passed) == 1 else ""


def _row(student: Student, cohort: Cohort, rules: Rules, cells: list[_Cell]) -> _Row:
    found = mark(student, cohort, rules)
    late = ""
    if found.days_late:
        days = "1 day" if found.days_late == 1 else f"{found.days_late} days"
        late = f"{days} late: {rounded(found.penalty)} % less"
    return _Row(
        student,
        _date(student.handed_in),
        str(rounded(found.final)),
        bool(found.not_graded),
        late,
        sum(cell.flags for cell in cells),
        cells,
    )


def _date(seconds: float | None) -> str:
    if seconds is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""


# --- what an exercise was like --------------------------------------------------------------------


def _exercise(
    number: int,
    info: ExerciseInfo,
    column: Sequence[_Cell],
    works: Mapping[str, Work],
    starter: str,
) -> _Exercise:
    chapter, _, short = info.name.rpartition("/")
    counts = Counter(cell.status for cell in column)
    parts = []
    start = 0.0
    for status, (_, words) in _STATUSES.items():
        if counts[status]:
            width = 100 * counts[status] / len(column)
            parts.append(_Part(status, words, counts[status], round(start, 3), round(width, 3)))
            start += width
    alone = Counter(cell.only for cell in column if cell.only)
    points = [cell.points for cell in column if cell.points is not None]
    begun = {name: w for name, w in works.items() if w.report.status != "not_started"}
    own = {name: _lines(work.source) for name, work in begun.items() if work.source}
    return _Exercise(
        number,
        info,
        chapter,
        short,
        parts,
        [(backend, alone[backend]) for backend in BACKENDS if alone[backend]],
        f"{sum(points) / len(points):.1f}" if points else "",
        _checks(list(begun.values())),
        likeness.groups(own, starter),
    )


def _checks(works: Sequence[Work]) -> list[_Check]:
    """The checks that somebody fails, the hardest first."""
    titles: dict[str, str] = {}
    failures: defaultdict[str, list[list[CheckReport]]] = defaultdict(list)
    for work in works:
        of_work: defaultdict[str, list[CheckReport]] = defaultdict(list)
        for check in work.report.checks:
            titles.setdefault(check.name, check.title)
            if check.status == "failed":
                of_work[check.name].append(check)
        for name, reports in of_work.items():
            failures[name].append(reports)
    checks = []
    for name, title in titles.items():
        if not failures[name]:
            continue
        where = Counter(_where(reports) for reports in failures[name])
        messages = _messages(failures[name])
        checks.append(
            _Check(
                title,
                len(failures[name]),
                round(100 * len(failures[name]) / len(works), 3),
                where.most_common(),
                messages[:_MESSAGES],
                len(messages) - len(messages[:_MESSAGES]),
            )
        )
    return sorted(checks, key=lambda check: -check.failed)


def _where(reports: Sequence[CheckReport]) -> str:
    return " and ".join(dict.fromkeys(report.backend for report in reports))


def _messages(failures: Sequence[Sequence[CheckReport]]) -> list[_Message]:
    """What a check said, grouped: the most frequent first, each with the most frequent wording."""
    students: defaultdict[str, list[str]] = defaultdict(list)
    examples: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for reports in failures:
        by_pattern: defaultdict[str, list[CheckReport]] = defaultdict(list)
        for report in reports:
            by_pattern[_pattern(report.message)].append(report)
            examples[_pattern(report.message)][report.message] += 1
        for pattern, those in by_pattern.items():
            students[pattern].append(_where(those))
    return [
        _Message(
            pattern,
            examples[pattern].most_common(1)[0][0],
            len(where),
            ", ".join(f"{words} ({n})" for words, n in Counter(where).most_common()),
        )
        for pattern, where in sorted(students.items(), key=lambda item: -len(item[1]))
    ]


@cache
def _pattern(message: str) -> str:
    """What a message says at first, without the numbers and the names of one run."""
    first = shortened(message.partition("\n")[0], MAX_PATTERN)
    for part in (_QUOTED, _WHO, _GIVEN, _NUMBERS):
        first = part.sub("…", first)
    return first


# --- what lies behind a cell ----------------------------------------------------------------------


class _Packer:
    """Takes works, equal ones once, and packs them together, compressed."""

    def __init__(self) -> None:
        self._places: dict[Work, tuple[int, int]] = {}
        self._packages: list[str] = []
        self._open: list[str] = []

    def place(self, work: Work) -> tuple[int, int]:
        """Where in which package this is going to be."""
        if work not in self._places:
            self._places[work] = (len(self._packages), len(self._open))
            self._open.append(json.dumps(_plain(_told(work)), separators=(",", ":")))
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


def _told(work: Work) -> dict[str, Any]:
    """What the page's script draws a panel from."""
    by_check: defaultdict[str, list[CheckReport]] = defaultdict(list)
    for check in work.report.checks:
        by_check[check.name].append(check)
    return {
        "file": work.report.checks[0].file if work.report.checks else "",
        "digest": work.digest,
        "source": _lines(work.source),
        "flags": [(flag.line, flag.what) for flag in work.flags],
        "checks": [
            {
                "title": checks[0].title,
                "points": checks[0].points,
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
    statuses = list(_STATUSES)
    return {
        "statuses": [(name, *said) for name, said in _STATUSES.items()],
        "exercises": [(each.name, each.title, each.max_points) for each in cohort.exercises],
        "students": [
            {
                "name": row.student.name,
                "group": row.student.group,
                "handed_in": row.handed_in,
                "total": float(row.total),
                "late": row.late,
                "pending": row.pending,
                "problems": row.student.problems,
                "cells": [
                    (
                        statuses.index(cell.status),
                        cell.points,
                        cell.only,
                        cell.flags,
                        *(cell.place or ()),
                    )
                    for cell in row.cells
                ],
            }
            for row in rows
        ],
    }


def _lines(source: str) -> str:
    return _LINE_ENDS.sub("\n", source)


def _plain(value: Any) -> Any:
    """`value` without characters that hide or reorder others, in any text in it."""
    if isinstance(value, str):
        # Python's own test is as strict, and much faster.
        return value if value.replace("\n", "").isprintable() else printable(value)
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
