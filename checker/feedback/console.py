"""A report on a terminal: one line per exercise, then what went wrong and where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Final, Literal, TypeAlias

import msgspec

from checker.course import Exercise
from checker.feedback.overview import show_next, show_solved
from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.report import (
    BACKENDS,
    CheckReport,
    ExerciseReport,
    Searched,
    SubmissionReport,
    to_see,
    to_try,
)
from checker.translation import _, ngettext

MARKS: Final = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "not_graded": ("?", "yellow"),
    "not_started": ("·", "dim"),
}
"""A character and a style for each status."""

WORDS: Final = {
    "passed": _("passed"),
    "failed": _("failed"),
    "not_graded": _("not graded"),
    "not_started": _("not started"),
}
"""Each status in the reader's language."""

_Fold: TypeAlias = Literal["nothing", "details", "checks"]
"""What is left out for want of rows: nothing, the details of all checks but the first that fails, or those
checks altogether."""

_WIDE: Final = 66
"""From how many columns on an exercise has its backends side by side."""


@dataclass(frozen=True)
class Following:
    """What comes after a report on one's own work."""

    exercise: Exercise | None
    """The exercise that is next; None if all are passed."""
    is_started: bool
    """Whether one has begun with it."""
    passed: Sequence[Exercise]
    """The exercises of this report that passed, whose solutions are open."""
    has_solutions: bool = True
    """Whether the course came with its solutions."""


def show(
    screen: Screen,
    report: SubmissionReport,
    sources: Mapping[str, bytes],
    backends: Sequence[str],
    *,
    everything: bool,
    details: bool = False,
    following: Following | None = None,
) -> None:
    """Write a line for each exercise, if there are several, and details of those that did not pass: of all
    of them if `everything`, and otherwise of those that were started. `sources` holds the submitted files
    by name.

    On a terminal where that takes more than a screen, the details are those of the first check that
    fails, whole, so that they are what is seen at the end; with `details`, they are always all there."""
    parts = [
        exercise
        for exercise in report.exercises
        if exercise.status != "passed" and (everything or exercise.status != "not_started")
    ]
    if everything:
        parts += [exercise for exercise in report.exercises if exercise.status == "passed"]

    # What one works on comes before what one has not begun; that several pass is said by their lines.
    order = ("failed", "not_graded", "not_started", "passed")
    foremost = sorted(parts, key=lambda exercise: order.index(exercise.status))[:1]
    if len(report.exercises) > 1 and all(exercise.status == "passed" for exercise in parts):
        foremost = []

    def draw(screen: Screen, fold: _Fold) -> None:
        _show_summary(screen, report, backends)
        for number, exercise in enumerate(parts if fold == "nothing" else foremost):
            if number or len(report.exercises) > 1:
                screen.line()
            if exercise.status == "passed":
                _show_searched(screen, exercise, fold)
            else:
                _show_details(screen, exercise, sources, fold)
        _show_next(screen, report, backends, following)

    folds: tuple[_Fold, ...] = ("nothing", "details", "checks")
    height = screen.height
    if details or height is None:
        folds = folds[:1]
    for fold in folds:
        rows = screen.rows(partial(draw, fold=fold))
        if height is not None and len(rows) < height:
            break
    draw(screen, fold)


def sign(screen: Screen, status: str) -> str:
    """What stands before something of this status: a mark, or a word where nothing may be drawn."""
    return f"{WORDS[status]}:" if screen.plain else MARKS[status][0]


def show_heading(screen: Screen, name: str, title: str) -> None:
    """The name and the title of an exercise, above what is said about it."""
    screen.paragraph(f"{name} — {title}", "", "bold", hanging="  ")


def _show_summary(screen: Screen, report: SubmissionReport, backends: Sequence[str]) -> None:
    if len(report.exercises) == 1:
        return  # All that a line could say is said below.
    both = len(backends) > 1
    names = max(len(exercise.name.partition("/")[2]) for exercise in report.exercises)
    for chapter, exercises in groupby(report.exercises, key=lambda e: e.name.partition("/")[0]):
        screen.line(screen.style(chapter, "bold"))
        for exercise in exercises:
            name = exercise.name.partition("/")[2]
            # On one backend alone there are none.
            points = score(f"{exercise.points:>3}", exercise.max_points) if both else ""
            if screen.plain:
                of = f", {score(exercise.points, exercise.max_points)}" if both else ""
                screen.paragraph(f"{name}: {WORDS[exercise.status]}{of}", "  ", hanging="  ")
            elif screen.width < _WIDE:
                mark, style = MARKS[exercise.status]
                screen.line(f"  {screen.style(mark, style)} {name.ljust(names)} {points}")
            else:
                marks = "  ".join(f"{_mark(screen, exercise, b)} {b}" for b in backends)
                word = screen.style(WORDS[exercise.status], MARKS[exercise.status][1])
                screen.line(f"  {name.ljust(max(names, 24))} {points:<8}  {marks}   {word}")


def score(points: object, most: int) -> str:
    """The points of an exercise: `5 of 7`."""
    return _("{points} of {most}", points=points, most=most)


def _mark(screen: Screen, exercise: ExerciseReport, backend: str) -> str:
    statuses = {check.status for check in exercise.checks if check.backend == backend}
    if exercise.status == "not_started":
        status = "not_started"
    else:
        status = next((s for s in ("failed", "not_graded") if s in statuses), "passed")
    mark, style = MARKS[status]
    return screen.style(mark, style)


def _show_details(
    screen: Screen,
    exercise: ExerciseReport,
    sources: Mapping[str, bytes],
    fold: _Fold,
) -> None:
    """Show the checks that did not pass: the first one whole, and of the others what is not folded."""
    show_heading(screen, exercise.name, exercise.title)
    short = exercise.name.partition("/")[2]
    _show_checks(screen, exercise, sources, fold, _Told())
    screen.line()
    if fold != "nothing":
        command = f"checker grade {short} --details"
        screen.command(_("All of it: {command}", command=command), command, "  ")
    command = f"checker hint {short}"
    screen.command(_("Stuck? {command}", command=command), command, "  ")


class _Told:
    """What has been told of an exercise: nothing of it is told twice."""

    def __init__(self, run: str = "") -> None:
        self.run = run
        """The token of a run that need not be told of."""
        self.topics: set[str] = set()
        self.lines: set[tuple[str, int]] = set()


def show_first(
    screen: Screen, exercise: ExerciseReport, sources: Mapping[str, bytes], run: str = ""
) -> None:
    """Write details of the first check that did not pass, and how many others did not; without the command
    for the run with the token `run`, which is shown anyway."""
    _show_checks(screen, exercise, sources, "checks", _Told(run))


def _show_checks(
    screen: Screen,
    exercise: ExerciseReport,
    sources: Mapping[str, bytes],
    fold: _Fold,
    told: "_Told",
) -> None:
    bad = [check for check in exercise.checks if check.status != "passed"]
    of_first, *others = _by_name(bad)
    # What was found at the first one may hold for all, so that the others were not run.
    is_found_once = bad[0].replay and not any(
        check.replay for reports in others for check in reports
    )
    same = {(c.seen, c.line) if is_found_once else (c.message, c.line) for c in bad}
    if len(bad) == len(exercise.checks) and len(same) == 1:
        if not others:
            title = bad[0].title
        elif is_found_once:  # There is nothing to see in that run, either.
            title = _("No check can be tried yet")
            of_first = [msgspec.structs.replace(check, replay="") for check in of_first]
        else:
            title = _("Every check fails in the same way")
        _show_check(screen, exercise.name, title, of_first, sources, told)
    else:
        _show_check(screen, exercise.name, bad[0].title, of_first, sources, told)
        untried = [reports for reports in others if not any(check.tried for check in reports)]
        others = [reports for reports in others if reports not in untried]
        if fold != "nothing" and others:
            screen.line()
        for reports in others:
            if fold == "nothing":
                _show_check(screen, exercise.name, reports[0].title, reports, sources, told)
            elif fold == "details":
                _show_title(screen, reports[0].title, reports)
        if fold == "checks" and others:
            more = ngettext(
                "{number} more check does not pass.",
                "{number} more checks do not pass.",
                len(others),
            )
            screen.paragraph(more, "  ")
        if untried:  # The first one says why, and that holds for all of them.
            more = ngettext(
                "{number} more check was not tried.",
                "{number} more checks were not tried.",
                len(untried),
            )
            screen.line()
            screen.paragraph(more, "  ")


def _by_name(checks: Iterable[CheckReport]) -> list[list[CheckReport]]:
    """The reports of each check, on one backend or on both."""
    return [list(reports) for name, reports in groupby(checks, key=lambda check: check.name)]


def _show_title(screen: Screen, title: str, reports: Sequence[CheckReport]) -> None:
    tried = [report for report in reports if report.tried] or reports
    backends = _listed([report.backend for report in tried])
    status = reports[0].status
    row = f"{sign(screen, status)} {title} ({backends})"
    screen.paragraph(row, "  ", MARKS[status][1], hanging="  ")


def _show_check(
    screen: Screen,
    exercise: str,
    title: str,
    reports: Sequence[CheckReport],
    sources: Mapping[str, bytes],
    known: _Told,
) -> None:
    """Show one check that did not pass. What is the same on both backends is said once, and so is what
    is `known` of the exercise from checks above."""
    screen.line()
    _show_title(screen, title, reports)
    alike = (
        len({report.told for report in reports}) == 1
        or len({report.told_beside(known.topics) for report in reports}) == 1
    )
    above = set(known.topics)
    for report in reports[:1] if alike else reports:
        told = printable(report.told_beside(known.topics))
        first = reports[0].topics[:1]
        if (
            report is not reports[0]
            and first
            and report.topics[:1] == first
            and first[0] not in above
        ):
            told = _("fails in the same way")
        screen.paragraph(told if alike else f"{report.backend}: {told}", "    ")
        known.topics.update(report.topics)
    known.topics.update(report.output for report in reports if report.printed)
    if len(reports) == len(BACKENDS):  # Otherwise a note says how the check did on the other one.
        known.topics.update(note for report in reports for note in report.notes)
    for report in reports:
        if report.line is not None and (report.file, report.line) not in known.lines:
            known.lines.add((report.file, report.line))
            _show_line(screen, report, report.line, sources.get(report.file, b""))
    for advice in dict.fromkeys(report.advice for report in reports if report.advice):
        if advice not in known.topics:
            screen.paragraph(to_try(printable(advice)), "    ")
            known.topics.add(advice)
    token = next((report.replay for report in reports if report.replay), "")
    if token and token != known.run:
        command = f"checker run {exercise.partition('/')[2]} --replay {token}"
        screen.command(to_see(command), command, "    ", "dim")


def _listed(backends: Sequence[str]) -> str:
    """`asyncio and trio`, or the only one."""
    if len(backends) == 1:
        return backends[0]
    return _("{first} and {second}", first=backends[0], second=backends[1])


def _show_searched(screen: Screen, exercise: ExerciseReport, fold: _Fold) -> None:
    """Show how far each check of an exercise that passed was searched, unless that is folded."""
    short = exercise.name.partition("/")[2]
    show_heading(screen, exercise.name, exercise.title)
    screen.line()
    for reports in _by_name(exercise.checks):
        title = f"{sign(screen, 'passed')} {reports[0].title}"
        screen.paragraph(title, "  ", MARKS["passed"][1], hanging="  ")
        said = [(r.backend, describe_searched(r.searched)) for r in reports if r.searched]
        for text, group in groupby(said if fold == "nothing" else (), key=lambda pair: pair[1]):
            on = _listed([backend for backend, same in group])
            screen.paragraph(f"{on}: {text}", "    ", "dim")
    screen.line()
    if fold != "nothing":
        command = f"checker grade {short} --details"
        screen.command(_("All of it: {command}", command=command), command, "  ")
    show_deeper(screen, exercise, "  ")


def show_deeper(screen: Screen, exercise: ExerciseReport, indent: str) -> None:
    """Write what searches further, if the search of an exercise that passed was a quick one."""
    if any(check.searched and check.searched.depth == "quick" for check in exercise.checks):
        command = f"checker grade {exercise.name.partition('/')[2]} --thorough"
        screen.command(_("Search further: {command}", command=command), command, indent)


def describe_searched(searched: Searched) -> str:
    """How far a search went: `24 worlds; all 6 orders of replies`."""
    parts = [ngettext("{number:,} world", "{number:,} worlds", searched.worlds)]
    if searched.of_orders:
        parts.append(_share_of_orders(searched.orders, searched.of_orders))
    if searched.of_points:
        parts.append(_share_of_points(searched.points, searched.of_points))
    return "; ".join(parts)


def _share_of_orders(tried: int, of: int) -> str:
    if tried >= of == 1:
        return _("the only order of replies")
    if tried >= of:
        return ngettext("all {number:,} order of replies", "all {number:,} orders of replies", of)
    magnitude = len(str(of)) - 1
    if magnitude >= 4:
        return _(
            "{tried:,} of more than 10^{magnitude} orders of replies",
            tried=tried,
            magnitude=magnitude,
        )
    return _("{tried:,} of about {number:,} orders of replies", tried=tried, number=of)


def _share_of_points(tried: int, of: int) -> str:
    if tried >= of == 1:
        return _("the only place for an error or a cancellation")
    if tried >= of:
        return ngettext(
            "all {number:,} place for an error or a cancellation",
            "all {number:,} places for an error or a cancellation",
            of,
        )
    return _(
        "{tried:,} of {number:,} places for an error or a cancellation", tried=tried, number=of
    )


def _show_line(screen: Screen, report: CheckReport, line: int, source: bytes) -> None:
    if report.place:
        screen.paragraph(f"{printable(report.place)}:", "    ")
    # In one row, however long: an editor that reads it makes a link of it.
    screen.code(f"{printable(report.file)}:{line}", "    ", "cyan")
    rows = source.splitlines()  # As bytes: a text has other ends of lines than Python.
    if 1 <= line <= len(rows):
        code = rows[line - 1].decode("utf-8", "replace").strip()
        row = f"    {line:>4} | {printable(code)}"
        screen.line(row if len(row) <= screen.width else row[: screen.width - 1] + "…")


def _show_next(
    screen: Screen,
    report: SubmissionReport,
    backends: Sequence[str],
    following: Following | None,
) -> None:
    screen.line()
    seed = _("(seed {seed})", seed=report.seed)
    passed = sum(exercise.status == "passed" for exercise in report.exercises)
    if len(backends) == 1:
        _show_one_backend(screen, report, passed, backends[0], seed)
        return
    if len(report.exercises) == 1:
        (exercise,) = report.exercises
        points = ngettext(
            "{points} of {number} point, {status}",
            "{points} of {number} points, {status}",
            exercise.max_points,
            points=exercise.points,
            status=WORDS[exercise.status],
        )
        screen.paragraph(f"{points} {seed}", "", "bold")
    else:
        done = ngettext(
            "{passed} of {exercises} pass now, {points} of {number} point",
            "{passed} of {exercises} pass now, {points} of {number} points",
            report.max_points,
            passed=passed,
            exercises=len(report.exercises),
            points=report.points,
        )
        screen.paragraph(f"{done} {seed}", "", "bold")
    if following is None or (len(report.exercises) == 1 and not passed):
        return
    if len(report.exercises) == 1 and len(following.passed) == 1:
        screen.line()
        show_solved(screen, following.passed[0])
        screen.line()
    show_next(
        screen,
        following.exercise,
        is_started=following.is_started,
        has_solutions=following.has_solutions,
    )


def _show_one_backend(
    screen: Screen, report: SubmissionReport, passed: int, backend: str, seed: str
) -> None:
    """How it went on one backend alone, which is worth no points."""
    if len(report.exercises) == 1:
        status = WORDS[report.exercises[0].status]
        done = _("{status} on {backend}", status=status, backend=backend)
    else:
        done = ngettext(
            "{passed} of {number} passes now on {backend}",
            "{passed} of {number} pass now on {backend}",
            len(report.exercises),
            passed=passed,
            backend=backend,
        )
    screen.paragraph(f"{done} {seed}", "", "bold")
    screen.paragraph(_("Points are for both backends: a check earns them when it passes on each."))


def standing(passed: int, exercises: int, points: int, most: int) -> str:
    """How far somebody is: `3 of 12 passed, 17 of 73 points`. What was passed once is passed."""
    return ngettext(
        "{passed} of {exercises} passed, {points} of {number} point",
        "{passed} of {exercises} passed, {points} of {number} points",
        most,
        passed=passed,
        exercises=exercises,
        points=points,
    )
