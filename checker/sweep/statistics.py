"""How a cohort did in an exercise: how many passed, which checks fail and what they say, and which works
are alike."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from checker.report import BACKENDS, CheckReport
from checker.sweep import similarity
from checker.sweep.marks import Rules, earned
from checker.sweep.results import ExerciseInfo, Student, Work
from checker_sandbox.wire.plain import shortened

__all__ = [
    "STATUSES",
    "Check",
    "Message",
    "Share",
    "Standing",
    "Statistics",
    "of_exercise",
    "standing",
]

STATUSES: Final = {
    "passed": ("✓", "passed"),
    "failed": ("✗", "failed"),
    "not_graded": ("?", "not graded"),
    "not_started": ("·", "not started"),
    "not_submitted": ("–", "not submitted"),
}
"""How each is marked and called, in the order in which a column is sorted."""

MAX_MESSAGES: Final = 4
"""How many kinds of messages are shown for a check."""

MAX_SUMMARY: Final = 400


class Standing(NamedTuple):
    """Where one student stands with one exercise."""

    status: str
    points: int | None
    """`None` where nothing is graded."""
    only: str
    """The one backend on which it fails, if it passes on the other."""
    flags: int
    corrected: bool
    """Whether somebody gave the points by hand."""


class Message(NamedTuple):
    """What a check says of many, with what differs from one to the next left out."""

    seen: str
    """The first line of the example."""
    example: str
    students: int
    where: str


class Check(NamedTuple):
    """How a check went, for all who began with the exercise."""

    title: str
    failed: int
    share: float
    where: list[tuple[str, int]]
    messages: list[Message]
    more: int
    """Other kinds of messages."""


class Share(NamedTuple):
    """The students who have one status."""

    status: str
    students: int
    start: float
    """In percent of all: how many have a status that stands before this one."""
    width: float
    """How many have this one, in percent of all."""


class Statistics(NamedTuple):
    shares: list[Share]
    alone: list[tuple[str, int]]
    """How many fail on one backend only."""
    mean: float | None
    """Of the points of those who have a mark."""
    checks: list[Check]
    """Those that somebody fails, the hardest first."""
    alike: list[similarity.Group]
    not_compared: list[str]
    """Whose work could not be compared with others'."""


def standing(student: Student, exercise: ExerciseInfo, work: Work | None, rules: Rules) -> Standing:
    corrected = any(one.exercise == exercise.name for one in student.corrections)
    if work is None:
        status = "not_graded" if student.submitted or student.unread else "not_submitted"
    elif work.report.status == "not_started" and not work.digest:
        status = "not_submitted"
    else:
        status = work.report.status
    return Standing(
        status,
        earned(student, exercise, rules) if corrected or status in ("passed", "failed") else None,
        _only(work) if work is not None and status == "failed" else "",
        len(work.flags) if work is not None else 0,
        corrected,
    )


def of_exercise(
    standings: Sequence[Standing],
    works: Mapping[str, Work],
    starter: str,
    solutions: Sequence[str] = (),
) -> Statistics:
    """How an exercise went for everybody; `works` is what there is of it, by the names of students, and
    `solutions` what everybody could read."""
    counts = Counter(each.status for each in standings)
    shares = []
    start = 0.0
    for status in STATUSES:
        if counts[status]:
            width = 100 * counts[status] / len(standings)
            shares.append(Share(status, counts[status], round(start, 3), round(width, 3)))
            start += width
    alone = Counter(each.only for each in standings if each.only)
    points = [each.points for each in standings if each.points is not None]
    begun = {name: w for name, w in works.items() if w.report.status != "not_started"}
    own = {name: work.text for name, work in begun.items() if work.source}
    not_compared: list[str] = []
    alike = similarity.groups(own, starter, solutions, not_compared=not_compared)
    return Statistics(
        shares,
        [(backend, alone[backend]) for backend in BACKENDS if alone[backend]],
        sum(points) / len(points) if points else None,
        _checks(list(begun.values())),
        alike,
        not_compared,
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


def _checks(works: Sequence[Work]) -> list[Check]:
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
            Check(
                title,
                len(failures[name]),
                round(100 * len(failures[name]) / len(works), 3),
                where.most_common(),
                messages[:MAX_MESSAGES],
                len(messages) - len(messages[:MAX_MESSAGES]),
            )
        )
    return sorted(checks, key=lambda check: -check.failed)


def _where(reports: Sequence[CheckReport]) -> str:
    return " and ".join(dict.fromkeys(report.backend for report in reports))


def _messages(failures: Sequence[Sequence[CheckReport]]) -> list[Message]:
    """What a check said, by the place in it where it failed: the most frequent first, each with the
    most frequent wording."""
    students: defaultdict[str, list[str]] = defaultdict(list)
    examples: defaultdict[str, Counter[CheckReport]] = defaultdict(Counter)
    for reports in failures:
        by_reason: defaultdict[str, list[CheckReport]] = defaultdict(list)
        for report in reports:
            reason = report.reason or report.seen
            by_reason[reason].append(report)
            examples[reason][report] += 1
        for reason, those in by_reason.items():
            students[reason].append(_where(those))
    found = []
    for reason, where in sorted(students.items(), key=lambda item: -len(item[1])):
        example = max(examples[reason].items(), key=lambda item: item[1])[0]
        found.append(
            Message(
                shortened(example.summary, MAX_SUMMARY),
                example.message,
                len(where),
                ", ".join(f"{words} ({n})" for words, n in Counter(where).most_common()),
            )
        )
    return found
