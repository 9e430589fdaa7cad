"""Where a learner stands: how much of each chapter is passed, and what comes next."""

from typing import Final

from checker.course import Chapter, Course, Exercise
from checker.feedback.brief import first_paragraph, show_markdown
from checker.feedback.terminal import Screen
from checker.progress import Progress, next_exercise
from checker.restore import how_to_restore
from checker.translation import _, ngettext

__all__ = ["show", "show_file", "show_next", "show_solved"]

_LONGEST_BAR: Final = 30
_SHORTEST_BAR: Final = 6
"""Columns; where there are fewer, there is no bar."""


def show(screen: Screen, course: Course, progress: Progress) -> None:
    """Write a bar for each chapter, what comes next, and where to ask; whoever has done nothing yet is
    greeted."""
    following = next_exercise(course, progress)
    if all(progress.is_untouched(exercise) for exercise in course):
        _greet(screen, course)
        screen.line()
    names = max((len(chapter.name) for chapter in course.chapters), default=0)
    for chapter in course.chapters:
        _show_chapter(screen, chapter, progress, names)
    passed = sum(progress.has_passed(exercise) for exercise in course)
    total = len(list(course))
    screen.line()
    screen.line(screen.style(_("{passed} of {total} passed", passed=passed, total=total), "bold"))
    started = following is not None and progress.standing(following)[0] != "not_started"
    show_next(screen, following, is_started=started, has_solutions=course.has_solutions)
    if course.contact:
        screen.line()
        screen.paragraph(course.contact)


def show_next(
    screen: Screen, exercise: Exercise | None, *, is_started: bool, has_solutions: bool
) -> None:
    """Write which exercise is next, its file, and the one command to type; or that there is none."""
    if exercise is None:
        screen.paragraph(
            _("You have passed every exercise. `checker solution NAME` shows how others do it.")
            if has_solutions
            else _("You have passed every exercise.")
        )
        return
    label = _("Next:")
    indent = " " * (len(label) + 1)
    screen.paragraph(f"{label} {exercise.title} ({exercise.short_name})", "", hanging=indent)
    if not exercise.file.exists():
        screen.paragraph(how_to_restore(exercise), indent)
        return
    screen.paragraph(exercise.shown_file, indent)
    command = f"checker grade {exercise.short_name}" if is_started else "checker next"
    screen.command(command, command, indent, "bold")


def show_file(screen: Screen, exercise: Exercise) -> None:
    """Write which file is to be fixed, and what opens and what grades it."""
    if not exercise.file.exists():
        screen.paragraph(how_to_restore(exercise), hanging="  ")
        return
    screen.paragraph(_("Fix {file}", file=exercise.shown_file), hanging="  ")
    for command, purpose in (
        (f"checker open {exercise.short_name}", _("opens it in your editor")),
        (f"checker grade {exercise.short_name}", _("grades it")),
    ):
        _show_command(screen, command, purpose, len(f"checker grade {exercise.short_name}"))


def show_solved(screen: Screen, exercise: Exercise, indent: str = "") -> None:
    """Write what there is to read about an exercise that has just been passed."""
    if not exercise.has_solution:
        screen.paragraph(_("This course came to you without its solutions."), indent)
        return
    note = first_paragraph(exercise.note)
    command = f"checker solution {exercise.short_name}"
    if note:
        screen.paragraph(note, indent)
    screen.command(_("The solution is open: {command}", command=command), command, indent)


def _greet(screen: Screen, course: Course) -> None:
    total = len(list(course))
    welcome = ngettext(
        "Welcome! Here is {number} small program, with one bug.",
        "Welcome! Here are {number} small programs, each with one bug.",
        total,
    )
    if course.title:
        screen.paragraph(course.title, "", "bold")
        screen.line()
    if course.greeting:
        show_markdown(screen, course.greeting, "")
        screen.line()
    else:
        screen.paragraph(screen.style(welcome, "bold"))
    for command, purpose in (
        ("checker next", _("what the next one should do, and which file to fix")),
        ("checker grade NAME", _("whether it is right, on asyncio and on trio")),
        ("checker hint NAME", _("when you are stuck")),
        *(
            [("checker solution NAME", _("when it passes: how others do it, and why"))]
            if course.has_solutions
            else []
        ),
    ):
        _show_command(screen, command, purpose, len("checker solution NAME"))


def _show_command(screen: Screen, command: str, purpose: str, width: int) -> None:
    """A command and what it does, side by side where there is room."""
    if screen.plain:
        screen.paragraph(f"{command}: {purpose}", "  ", hanging="  ")
    elif 2 + width + 2 + len(purpose) <= screen.width:
        screen.line(f"  {command:<{width}}  {purpose}")
    else:
        screen.command(command, command, "  ")
        screen.paragraph(purpose, "      ")


def _show_chapter(screen: Screen, chapter: Chapter, progress: Progress, names: int) -> None:
    passed = sum(progress.has_passed(exercise) for exercise in chapter.exercises)
    total = len(chapter.exercises)
    share = _("{passed} of {total}", passed=passed, total=total)
    room = min(screen.width - names - len(share) - 4, _LONGEST_BAR)
    if screen.plain or room < _SHORTEST_BAR:
        screen.paragraph(f"{chapter.name}: {share}", hanging="  ")
        return
    # Whoever has begun sees it, and only who is done sees a full bar.
    full = room * passed // total if total else 0
    style = "green" if passed == total else "yellow"
    bar = screen.style("█" * full, style) + screen.style("·" * (room - full), "dim")
    screen.line(f"{chapter.name:<{names}}  {bar}  {share}")
