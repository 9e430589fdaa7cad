"""A question is asked on a line of the terminal, and its answer is kept."""

import sys
from typing import Final

from checker.course import Card, Course, CourseError, Exercise
from checker.feedback import question
from checker.feedback.terminal import Screen
from checker.harmless import printable
from checker.progress import Progress
from checker.translation import _

MOST_TRIES: Final = 3
"""How often somebody may type what is no answer."""


def ask(screen: Screen, exercise: Exercise, progress: Progress) -> None:
    """Ask the question of `exercise`, which must have one, keep what is answered, and tell what really
    happens. Whoever skips it is told nothing, and is not asked again; whoever types nothing that could be
    an answer, or closes the input, is asked again another time."""
    card = exercise.card
    assert card is not None
    from checker.judge.launch import warm_sandboxes  # Slow to import, and seldom needed.

    with warm_sandboxes(1) as (sandbox,):  # Which takes less time than to read the question.
        question.draw_card(screen, card)
        screen.line()
        given = _read(card)
        if given is None:
            _tell_again(screen, exercise)
            return
        # What somebody guessed before they were told counts, and not what they say afterwards.
        if progress.answer(exercise) in (None, question.SKIPPED):
            progress.note_answer(exercise, given)
        if given == question.SKIPPED:
            _tell_again(screen, exercise)
            return
        from checker.judge.question import Unanswered, play_starter

        sandbox.move_beside()
        try:
            played = play_starter(exercise, sandbox=sandbox)
        except (CourseError, Unanswered) as error:
            told = _("The starter could not be played: {reason}", reason=error)
            screen.paragraph(printable(told), "  ")
            return
    screen.line()
    question.draw_outcome(screen, card, given, played)


def ask_if_due(screen: Screen, course: Course, exercise: Exercise) -> None:
    """Ask the question of `exercise`, if it has one, nobody has answered or skipped it, the file is still
    the starter, and there is somebody to ask."""
    if exercise.card is None or sys.stdin is None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    progress = Progress(course)
    try:
        source = exercise.file.read_bytes()
    except OSError:
        return
    if question.is_due(exercise, source, progress.answer(exercise)):
        screen.line()
        ask(screen, exercise, progress)


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
