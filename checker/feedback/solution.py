"""The solution of an exercise on a terminal: why it is one, how one's own differs, what else there is."""

import ast
import difflib
from pathlib import Path

from checker.course import Exercise
from checker.feedback.brief import show_markdown
from checker.feedback.console import show_heading
from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.translation import _

__all__ = ["answers", "show", "show_answer"]


def answers(exercise: Exercise) -> dict[str, Path]:
    """The right answers to an exercise by name: `solution`, and then those in other styles."""
    others = sorted((exercise.solutions / "alternatives").glob("*.py"))
    return {path.stem: path for path in (exercise.solutions / "solution.py", *others)}


def show(screen: Screen, exercise: Exercise) -> None:
    """Write the note, what differs between one's own text and the solution, and the alternatives."""
    show_heading(screen, exercise.name, exercise.title)
    if exercise.note:
        screen.line()
        show_markdown(screen, exercise.note)
    (_name, path), *others = answers(exercise).items()
    screen.line()
    _show_difference(screen, exercise, path)
    if others:
        screen.line()
        screen.line("  " + screen.style(_("Other right answers"), "bold"))
        screen.line()
        for name, other in others:
            text = f"{name}: {_first_paragraph(other)}".removesuffix(": ")
            screen.paragraph(text, "  ", hanging="    ")
        screen.line()
        command = f"checker solution {exercise.short_name} --show {others[0][0]}"
        screen.command(_("Read one: {command}", command=command), command, "  ")


def show_answer(screen: Screen, exercise: Exercise, path: Path) -> None:
    """Write the whole text of a right answer."""
    show_heading(screen, exercise.name, exercise.title)
    screen.paragraph(
        f"solutions/{exercise.name}/{path.relative_to(exercise.solutions)}", "", "cyan"
    )
    screen.line()
    for row in path.read_text(encoding="utf-8").splitlines():
        screen.code(row)


def _first_paragraph(path: Path) -> str:
    try:
        docstring = ast.get_docstring(ast.parse(path.read_bytes())) or ""
        return " ".join(docstring.partition("\n\n")[0].split())
    except (OSError, SyntaxError, ValueError):
        return ""


def _rows(exercise: Exercise, text: str) -> list[str]:
    """The rows of a program, without those with which the starter plays its example."""
    _before, mark, playing = exercise.starter.decode("utf-8", "replace").partition(
        "\nif __name__ =="
    )
    if mark and text.rstrip().endswith((mark + playing).strip()):
        text = text.rstrip().removesuffix((mark + playing).strip())
    return [row.rstrip() for row in text.rstrip().splitlines()]


def _show_difference(screen: Screen, exercise: Exercise, path: Path) -> None:
    """Write in which lines one's own text differs from an answer."""
    try:
        own = exercise.file.read_bytes()
    except OSError:
        own = exercise.starter
    is_starter = exercise.is_untouched(own)
    before, after = (
        _rows(exercise, text.decode("utf-8", "replace")) for text in (own, path.read_bytes())
    )
    if before == after:
        screen.paragraph(_("Yours is the same, line for line."), "  ")
        return
    of_starter = _("What it changes in the starter")
    of_own = _("From yours (-) to the solution (+)")
    heading = of_starter if is_starter else of_own
    screen.line("  " + screen.style(heading, "bold"))
    screen.line()
    words = {
        "-": _("starter:") if is_starter else _("yours:"),
        "+": _("solution:"),
        " ": _("both:"),
    }
    for row in list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]:
        kind, text = row[:1], printable(row[1:])
        if kind == "@":
            line = row.split("+")[1].partition(",")[0].partition(" ")[0]
            screen.line("  " + screen.style(_("line {line} of the solution", line=line), "dim"))
        elif screen.plain:
            screen.paragraph(f"{words[kind]} {text.strip()}", "  ", hanging="    ")
        else:
            style = {"-": ("red",), "+": ("green",)}.get(kind, ())
            screen.code(text, f"  {kind} ", *style)
