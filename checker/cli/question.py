"""A question is asked on a line of the terminal, and its answer is kept."""

import sys
from typing import Final

from checker.course import Card, Course, CourseError, Exercise
from checker.feedback import question
from checker.feedback.console import show_heading
from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.progress import Progress
from checker.translation import _

MOST_TRIES: Final = 3
"""How often somebody may type what is no answer."""


def ask(screen: Screen, exercise: Exercise, progress: Progress) -> bool:
    """Ask the question of `exercise`, which must have one, keep what is answered, and tell what really
    happens; return whether that was told. Whoever skips it is told nothing, and is not asked again; whoever
    types nothing that could be an answer, or closes the input, is asked again another time."""
    card = exercise.card
    assert card is not None
    is_changed = not exercise.is_untouched(_read_file(exercise))
    from checker.judge.launch import warm_sandboxes  # Slow to import, and seldom needed.

    with warm_sandboxes(1) as (sandbox,):  # Which takes less time than to read the question.
        question.draw_card(screen, card, exercise.starter if is_changed else None)
        screen.line()
        given = _read(card)
        if given is None:
            screen.paragraph(_("Nothing was answered."), "  ")
            _tell_again(screen, exercise)
            return False
        # What somebody guessed before they were told counts, and not what they say afterwards.
        if progress.answer(exercise) in (None, question.SKIPPED):
            progress.note_answer(exercise, given)
        if given == question.SKIPPED:
            _tell_again(screen, exercise)
            return False
        from checker.judge.question import Unanswered, play_starter

        sandbox.move_beside()
        try:
            played = play_starter(exercise, sandbox=sandbox)
        except (CourseError, Unanswered) as error:
            told = _("The starter could not be played: {reason}", reason=error)
            screen.paragraph(printable(told), "  ")
            return False
    screen.line()
    question.draw_outcome(screen, card, given, played, is_changed=is_changed)
    return True


def ask_if_due(screen: Screen, course: Course, exercise: Exercise) -> None:
    """Ask the question of `exercise`, before its brief, if it has one, nobody has answered or skipped it,
    the file is still the starter, and there is somebody to ask. The brief begins on a new screen if
    anything was told."""
    if exercise.card is None or sys.stdin is None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    progress = Progress(course)
    if question.is_due(exercise, _read_file(exercise), progress.answer(exercise)):
        show_heading(screen, exercise.name, exercise.title)
        screen.paragraph(exercise.shown_file, "  ", "cyan")
        screen.line()
        if ask(screen, exercise, progress):
            screen.line()
            _wait_for_enter()
        screen.line()


def _read_file(exercise: Exercise) -> bytes:
    """What the learner has written so far; nothing, where it cannot be read."""
    try:
        return exercise.file.read_bytes()
    except OSError:
        return b""


def _wait_for_enter() -> None:
    """What happens in the program takes a screen, and the brief would push it away unread."""
    print("  " + _("Press Enter for the brief."), end="", flush=True)
    if not sys.stdin.readline():
        print()  # Nobody has ended this line.


def _tell_again(screen: Screen, exercise: Exercise) -> None:
    command = f"checker predict {exercise.short_name}"
    screen.paragraph(_("`{command}` asks it again.", command=command), "  ")


def _read(card: Card) -> str | None:
    for _number in range(MOST_TRIES):
        print(f"  {question.prompt(card)}: ", end="", flush=True)
        typed = sys.stdin.readline() if sys.stdin is not None else ""
        if not typed.endswith("\n") or not sys.stdin.isatty():
            print()  # Nobody has typed the end of this line.
        if not typed:
            return None
        given = question.read_answer(card, typed)
        if given is not None:
            return given
        print("  " + _("Type {choices}.", choices=question.prompt(card)))
    return None
