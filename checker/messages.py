"""What the checks say about the known wrong answers to an exercise: kept beside its solution so that
people read every change, shown on a page of the documentation, and held to some rules."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from checker.course import Course, Exercise
from checker.harmless import markdown
from checker.report import CheckReport, ExerciseReport

FILE: Final = "docs/messages.md"

PYTHON: Final = f"Python {sys.version_info.major}.{sys.version_info.minor}"

_OF_A_RUN = re.compile(r"\d|\w\(|'|[A-Z]\w+Error")
_INTERNAL = re.compile(
    r"<[\w.]+ (object|at) |\b0x[0-9a-f]+|site-packages|Traceback|File \"|checker[./]\w|_backends"
)

_HEAD: Final = f"""\
# What learners read, on {PYTHON}

For every known wrong answer: the first check that it fails, what the checker says about it, and what
it advises. The `messages.txt` beside each solution has the full reports, from every check on both
backends; [mutants.md](mutants.md) shows what is said about mistakes made by machine.
`checker verify --accept` writes this page.
"""

SECTION: Final = "\n## "
"""What stands between the parts of a page."""


def golden(gradings: Sequence[tuple[Path, ExerciseReport]], seed: int) -> str:
    """What the checks say of each wrong answer, as it is kept in `messages.txt`."""
    lines = [
        f"What the checks say of every wrong answer, with seed {seed}, on {PYTHON}",
        "(`checker verify --accept` writes this file; read what changes)",
    ]
    for path, report in gradings:
        failed = [check for check in report.checks if check.status == "failed"]
        if failed:
            lines += ["", "", f"===== {path.name}"]
        for _, group in groupby(failed, key=lambda check: (check.name, check.message, check.line)):
            checks = list(group)
            where = f", line {checks[0].line}" if checks[0].line is not None else ""
            on = " and ".join(check.backend for check in checks)
            lines += ["", f"--- {checks[0].name} on {on}{where}", checks[0].message]
    return "\n".join(lines) + "\n"


def faults(check: CheckReport) -> Iterator[str]:
    """What is wrong with a message, whatever it is about."""
    if not check.tried:
        yield (
            "depends on how fast the machine is: the answer met a limit of real time. Try again when less else "
            "runs; if it hangs there as well, take out what hangs"
        )
    if not check.advice:
        yield "does not end with what to try next"
    if not _OF_A_RUN.search(check.told):
        yield "has no number and no name of the run in it"
    # What the submission printed is its own.
    said = "\n".join((check.seen, *check.causes, *check.notes, check.advice))
    if leaked := _INTERNAL.search(said):
        yield f"shows {leaked[0]!r}, which means nothing to a learner"


def page(
    kept: str, course: Course, said: Mapping[Exercise, Sequence[tuple[Path, ExerciseReport]]]
) -> str:
    """The page of the documentation, with what is said of these exercises; of the other ones of the
    course, it has what was `kept`."""
    _, *sections = kept.split(SECTION)
    known = {section.partition(":")[0]: section for section in sections}
    for exercise, gradings in said.items():
        failed = [
            (_title(path), check)
            for path, report in gradings
            if (check := next((c for c in report.checks if c.status == "failed"), None)) is not None
        ]
        known[exercise.name] = section(exercise, failed)
    return SECTION.join([_HEAD, *(known[each.name] for each in course if each.name in known)])


def section(exercise: Exercise, failed: Sequence[tuple[str, CheckReport]]) -> str:
    """The part of a page that is about an exercise: a table of what is wrong in each answer, and what the
    check says that it `failed`."""
    lines = [
        f"{exercise.name}: {exercise.title}",
        "",
        "| what is wrong | the check that fails | what is seen | Try |",
        "| --- | --- | --- | --- |",
    ]
    for what, check in failed:
        told = (what, check.title, check.told, check.advice)
        lines.append(f"| {' | '.join(map(_cell, told))} |")
    return "\n".join([*lines, ""])


def _title(path: Path) -> str:
    """What a file says of itself, or what it is."""
    if path.name in ("exercise.py", "starter.py"):
        return "what learners start from"
    said = ast.get_docstring(ast.parse(path.read_bytes())) or path.stem
    return " ".join(said.partition("\n\n")[0].split())


def _cell(text: str) -> str:
    return "<br>".join(markdown(line.strip()) for line in text.splitlines())
