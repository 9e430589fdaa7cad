"""A report on a terminal: one line per exercise, then what went wrong and where."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.report import (
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


def show(
    screen: Screen,
    report: SubmissionReport,
    sources: Mapping[str, bytes],
    backends: Sequence[str],
    *,
    everything: bool,
) -> None:
    """Write a line for each exercise, and details of those that did not pass: of all of them if
    `everything`, and otherwise of those that were started. `sources` holds the submitted files by
    name."""
    _show_summary(screen, report, backends)
    shown = [
        exercise
        for exercise in report.exercises
        if exercise.status != "passed" and (everything or exercise.status != "not_started")
    ]
    for exercise in shown:
        _show_details(screen, exercise, sources)
    if everything:
        for exercise in report.exercises:
            if exercise.status == "passed":
                _show_searched(screen, exercise)
    _show_next(screen, report, backends)


def _show_summary(screen: Screen, report: SubmissionReport, backends: Sequence[str]) -> None:
    names = max(len(exercise.name) for exercise in report.exercises)
    for chapter, exercises in groupby(report.exercises, key=lambda e: e.name.partition("/")[0]):
        screen.line(screen.style(chapter, "bold"))
        for exercise in exercises:
            name = exercise.name.partition("/")[2].ljust(names - len(chapter) - 1)
            marks = "  ".join(f"{_mark(screen, exercise, b)} {b}" for b in backends)
            points = score(f"{exercise.points:>3}", exercise.max_points)
            screen.line(f"  {name.ljust(24)} {points:<8}  {marks}   {_word(screen, exercise)}")


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


def _word(screen: Screen, exercise: ExerciseReport) -> str:
    return screen.style(WORDS[exercise.status], MARKS[exercise.status][1])


def _show_details(screen: Screen, exercise: ExerciseReport, sources: Mapping[str, bytes]) -> None:
    screen.line()
    screen.line(screen.style(f"{exercise.name} — {exercise.title}", "bold"))
    known: set[str] = set()
    for title, reports in _not_passed(exercise):
        _show_check(screen, exercise.name, title, reports, sources, known)
    screen.line()
    command = f"checker hint {exercise.name.partition('/')[2]}"
    screen.line("  " + _("Stuck? {command}", command=command))


def show_first(screen: Screen, exercise: ExerciseReport, sources: Mapping[str, bytes]) -> None:
    """Write details of the first check that did not pass, and how many others did not."""
    (title, reports), *others = _not_passed(exercise)
    _show_check(screen, exercise.name, title, reports, sources, set())
    if others:
        more = ngettext(
            "{number} more check does not pass.",
            "{number} more checks do not pass.",
            len(others),
        )
        screen.paragraph(more, "    ", "dim")


def _not_passed(exercise: ExerciseReport) -> list[tuple[str, list[CheckReport]]]:
    """A title for each check that did not pass, and its reports; one for all, if they say the same."""
    bad = [check for check in exercise.checks if check.status != "passed"]
    by_name = _by_name(bad)
    alike = len(bad) == len(exercise.checks) and len({(c.message, c.line) for c in bad}) == 1
    if alike and len(by_name) > 1:
        return [(_("Every check fails in the same way"), by_name[0])]
    return [(reports[0].title, reports) for reports in by_name]


def _by_name(checks: Iterable[CheckReport]) -> list[list[CheckReport]]:
    """The reports of each check, on one backend or on both."""
    return [list(reports) for name, reports in groupby(checks, key=lambda check: check.name)]


def _show_check(
    screen: Screen,
    exercise: str,
    title: str,
    reports: Sequence[CheckReport],
    sources: Mapping[str, bytes],
    known: set[str],
) -> None:
    """Show one check that did not pass. What is the same on both backends is said once, and so is what
    is `known` of the exercise from checks above."""
    screen.line()
    tried = [report for report in reports if report.tried] or reports
    backends = _listed([report.backend for report in tried])
    mark, style = MARKS[reports[0].status]
    screen.paragraph(f"{mark} {title} ({backends})", "  ", style, hanging="  ")
    alike = len({report.told for report in reports}) == 1
    for report in reports[:1] if alike else reports:
        told = printable(report.told_beside(known))
        screen.paragraph(told if alike else f"{report.backend}: {told}", "    ")
        known.update(report.topics)
    for line in dict.fromkeys(report.line for report in reports):
        if line is not None:
            _show_line(screen, reports[0].file, line, sources.get(reports[0].file, b""))
    for advice in dict.fromkeys(report.advice for report in reports if report.advice):
        if advice not in known:
            screen.paragraph(to_try(printable(advice)), "    ")
            known.add(advice)
    token = next((report.replay for report in reports if report.replay), "")
    if token:
        command = f"checker run {exercise.partition('/')[2]} --replay {token}"
        screen.line(f"    {screen.style(to_see(command), 'dim')}")


def _listed(backends: Sequence[str]) -> str:
    """`asyncio and trio`, or the only one."""
    if len(backends) == 1:
        return backends[0]
    return _("{first} and {second}", first=backends[0], second=backends[1])


def _show_searched(screen: Screen, exercise: ExerciseReport) -> None:
    """Show how far each check of an exercise that passed was searched."""
    screen.line()
    screen.line(screen.style(f"{exercise.name} — {exercise.title}", "bold"))
    screen.line()
    mark, style = MARKS["passed"]
    for reports in _by_name(exercise.checks):
        screen.paragraph(f"{mark} {reports[0].title}", "  ", style, hanging="  ")
        said = [(r.backend, describe_searched(r.searched)) for r in reports if r.searched]
        for text, group in groupby(said, key=lambda pair: pair[1]):
            on = _listed([backend for backend, same in group])
            screen.paragraph(f"{on}: {text}", "    ", "dim")
    if any(check.searched and check.searched.depth == "quick" for check in exercise.checks):
        command = f"checker grade {exercise.name.partition('/')[2]} --thorough"
        screen.line()
        screen.line("  " + _("A sweep looks further: {command}", command=command))


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
        return _("the only moment at which something goes wrong")
    if tried >= of:
        return ngettext(
            "all {number:,} moment at which something goes wrong",
            "all {number:,} moments at which something goes wrong",
            of,
        )
    return _(
        "{tried:,} of {number:,} moments at which something goes wrong", tried=tried, number=of
    )


def _show_line(screen: Screen, file: str, line: int, source: bytes) -> None:
    screen.line(f"    {screen.style(f'{printable(file)}:{line}', 'cyan')}")
    rows = source.splitlines()  # As bytes: a text has other ends of lines than Python.
    if 1 <= line <= len(rows):
        code = rows[line - 1].decode("utf-8", "replace").strip()
        row = f"    {line:>4} | {printable(code)}"
        screen.line(row if len(row) <= screen.width else row[: screen.width - 1] + "…")


def _show_next(screen: Screen, report: SubmissionReport, backends: Sequence[str]) -> None:
    passed = sum(exercise.status == "passed" for exercise in report.exercises)
    total = len(report.exercises)
    screen.line()
    screen.line(
        screen.style(standing(passed, total, report.points, report.max_points), "bold")
        + " "
        + _("(seed {seed})", seed=report.seed)
    )
    if len(backends) == 1:
        screen.line(_("A check earns its points only when it passes on both backends."))
    elif passed < total:
        following = next(e for e in report.exercises if e.status != "passed")
        if len(report.exercises) > 1:
            screen.line(
                _(
                    "Next: {file}\n      {command}",
                    file=f"exercises/{following.name}/exercise.py",
                    command=f"checker grade {following.name.partition('/')[2]}",
                )
            )
    else:
        screen.line(_("Next: {command}", command="checker list"))


def standing(passed: int, exercises: int, points: int, most: int) -> str:
    """How far somebody is: `3 of 12 passed, 17 of 73 points`."""
    return ngettext(
        "{passed} of {exercises} passed, {points} of {number} point",
        "{passed} of {exercises} passed, {points} of {number} points",
        most,
        passed=passed,
        exercises=exercises,
        points=points,
    )
