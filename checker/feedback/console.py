"""A report on a terminal: a line an exercise, then what went wrong and where."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.report import CheckReport, ExerciseReport, Searched, SubmissionReport

_MARKS: Final = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "not_graded": ("?", "yellow"),
    "not_started": ("·", "dim"),
}
_WORDS: Final = {
    "passed": "passed",
    "failed": "failed",
    "not_graded": "not graded",
    "not_started": "not started",
}


def show(
    screen: Screen,
    report: SubmissionReport,
    sources: Mapping[str, bytes],
    backends: Sequence[str],
    *,
    everything: bool,
) -> None:
    """Write a line for each exercise, and details: of all that did not pass if `everything`, and
    otherwise of what did not pass and was started. `sources` holds the submitted files by name."""
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
            points = f"{exercise.points:>3} of {exercise.max_points}"
            screen.line(f"  {name.ljust(24)} {points:<8}  {marks}   {_word(screen, exercise)}")


def _mark(screen: Screen, exercise: ExerciseReport, backend: str) -> str:
    statuses = {check.status for check in exercise.checks if check.backend == backend}
    if exercise.status == "not_started":
        status = "not_started"
    else:
        status = next((s for s in ("failed", "not_graded") if s in statuses), "passed")
    mark, style = _MARKS[status]
    return screen.style(mark, style)


def _word(screen: Screen, exercise: ExerciseReport) -> str:
    return screen.style(_WORDS[exercise.status], _MARKS[exercise.status][1])


def _show_details(screen: Screen, exercise: ExerciseReport, sources: Mapping[str, bytes]) -> None:
    screen.line()
    screen.line(screen.style(f"{exercise.name} — {exercise.title}", "bold"))
    known: set[str] = set()
    bad = [check for check in exercise.checks if check.status != "passed"]
    if len(bad) == len(exercise.checks) and len({(c.message, c.line) for c in bad}) == 1:
        count = len({check.name for check in bad})
        title = "Every check fails in the same way" if count > 1 else bad[0].title
        of_first = [check for check in bad if check.name == bad[0].name]
        _show_check(screen, exercise.name, title, of_first, sources, known)
    else:
        for _, checks in groupby(bad, key=lambda check: check.name):
            reports = list(checks)
            _show_check(screen, exercise.name, reports[0].title, reports, sources, known)
    screen.line()
    screen.line(f"  Stuck? checker hint {exercise.name.partition('/')[2]}")


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
    backends = " and ".join(report.backend for report in tried)
    mark, style = _MARKS[reports[0].status]
    screen.paragraph(f"{mark} {title} ({backends})", "  ", style, hanging="  ")
    alike = len({report.told for report in reports}) == 1
    for report in reports[:1] if alike else reports:
        told = printable(report.told_beside(known))
        screen.paragraph(told if alike else f"{report.backend}: {told}", "    ")
        known |= report.reasons
    for line in dict.fromkeys(report.line for report in reports):
        if line is not None:
            _show_line(screen, reports[0].file, line, sources.get(reports[0].file, b""))
    for advice in dict.fromkeys(report.advice for report in reports if report.advice):
        if advice not in known:
            screen.paragraph(f"Try: {printable(advice)}", "    ")
            known.add(advice)
    token = next((report.replay for report in reports if report.replay), "")
    if token:
        short = exercise.partition("/")[2]
        screen.line(f"    {screen.style(f'See it: checker run {short} --replay {token}', 'dim')}")


def _show_searched(screen: Screen, exercise: ExerciseReport) -> None:
    """Show how far each check of an exercise that passed was searched."""
    screen.line()
    screen.line(screen.style(f"{exercise.name} — {exercise.title}", "bold"))
    screen.line()
    mark, style = _MARKS["passed"]
    for _, checks in groupby(exercise.checks, key=lambda check: check.name):
        reports = list(checks)
        screen.paragraph(f"{mark} {reports[0].title}", "  ", style, hanging="  ")
        said = [(r.backend, describe_searched(r.searched)) for r in reports if r.searched]
        for text, group in groupby(said, key=lambda pair: pair[1]):
            on = " and ".join(backend for backend, _ in group)
            screen.paragraph(f"{on}: {text}", "    ", "dim")
    if any(check.searched and check.searched.depth == "quick" for check in exercise.checks):
        short = exercise.name.partition("/")[2]
        screen.line()
        screen.line(f"  A sweep looks further: checker grade {short} --thorough")


def describe_searched(searched: Searched) -> str:
    """How far a search went: `24 worlds; all 6 orders of replies`."""
    parts = [_count(searched.worlds, "world")]
    if searched.of_orders:
        there_are = _about(searched.of_orders)
        what = "order of replies", "orders of replies"
        parts.append(_share(searched.orders, searched.of_orders, there_are, *what))
    if searched.of_points:
        what = "moment at which something goes wrong", "moments at which something goes wrong"
        there_are = f"{searched.of_points:,}"
        parts.append(_share(searched.points, searched.of_points, there_are, *what))
    return "; ".join(parts)


def _share(tried: int, of: int, there_are: str, singular: str, plural: str) -> str:
    if tried >= of:
        return f"the only {singular}" if of == 1 else f"all {of:,} {plural}"
    return f"{tried:,} of {there_are} {plural}"


def _about(number: int) -> str:
    magnitude = len(str(number)) - 1
    return f"more than 10^{magnitude}" if magnitude >= 4 else f"some {number:,}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


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
        screen.style(f"{passed} of {total} passed", "bold")
        + f", {report.points} of {report.max_points} points (seed {report.seed})"
    )
    if len(backends) == 1:
        screen.line("A check earns its points only when it passes on both backends.")
    elif passed < total:
        following = next(e for e in report.exercises if e.status != "passed")
        if len(report.exercises) > 1:
            screen.line(f"Next: exercises/{following.name}/exercise.py")
            screen.line(f"      checker grade {following.name.partition('/')[2]}")
    else:
        screen.line("Next: checker list")
