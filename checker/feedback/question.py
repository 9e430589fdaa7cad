"""A question about a starter, asked before anybody touches it: the card, and what really happens.

These are the pieces; whoever shows them reads the keys or the line. A wrong guess is no failure: it is
what the question is for.

    if question.is_due(exercise, source, progress.answer(exercise)):
        question.draw_card(screen, card)
        answer = question.read_answer(card, typed)      # again and again while it is None
        if answer != question.SKIPPED:
            question.draw_outcome(screen, card, answer, play_starter(exercise, sandbox=sandbox))
"""

from typing import Final

from checker.course import Answer, Card, Exercise
from checker.feedback.brief import show_markdown
from checker.feedback.story import steps
from checker.feedback.terminal import Screen
from checker.feedback.timeline import draw
from checker.harmless import printable
from checker.recording import Played
from checker.translation import _

SKIPPED: Final = "-"
"""What is kept in place of an answer where somebody did not want to guess; no answer has this key."""

SKIP_KEY: Final = "s"

_INDENT: Final = "  "


def is_due(exercise: Exercise, source: bytes, answer: str | None) -> bool:
    """Whether to ask now: there is a card, nobody has answered or skipped it (`answer` is what is kept of
    that, if anything), and the file is still the starter."""
    return exercise.card is not None and not answer and exercise.is_untouched(source)


def read_answer(card: Card, typed: str) -> str | None:
    """The key of the answer that somebody typed the number of, or `SKIPPED` for `s`; None if it is
    neither."""
    word = typed.strip().lower().rstrip(".)")
    if word in (SKIP_KEY, "skip"):
        return SKIPPED
    numbers = {str(number): answer.key for number, answer in enumerate(card.answers, 1)}
    return numbers.get(word)


def prompt(card: Card) -> str:
    """What can be typed: `1, 2 or 3, or s to skip`."""
    *first, last = (str(number) for number in range(1, len(card.answers) + 1))
    return _(
        "{numbers} or {last}, or {skip} to skip",
        numbers=", ".join(first),
        last=last,
        skip=SKIP_KEY,
    )


def draw_card(screen: Screen, card: Card, given: bytes | None = None) -> None:
    """Write the question and its answers; and the program that the learner was `given`, if their file is
    another one by now."""
    screen.line(_INDENT + screen.style(_("A question first"), "bold"))
    screen.line()
    show_markdown(screen, card.text, _INDENT)
    screen.line()
    for answer in card.answers:
        _show_answer(screen, card, answer)
    screen.line()
    if given is None:
        read = _("Read exercise.py, then guess. A wrong guess costs nothing, and teaches you most.")
    else:
        _show_program(screen, given)
        screen.line()
        read = _("Read the program above, then guess. A wrong guess costs nothing.")
    screen.paragraph(read, _INDENT, "dim")


def _show_program(screen: Screen, source: bytes) -> None:
    screen.paragraph(_("The question is about the program as you were given it:"), _INDENT)
    screen.line()
    for number, row in enumerate(source.decode().splitlines(), 1):
        screen.line(f"{number:>5} | {printable(row)}".rstrip())


def draw_outcome(
    screen: Screen, card: Card, given: str, played: Played, *, is_changed: bool = False
) -> None:
    """Write what the starter really does, why, what is wrong with the answer that was `given` if it is
    wrong, and the timeline of the run: its story, where nothing is to be drawn. `is_changed` says that the
    learner's file is not the starter any more."""
    guessed, true = card.answer(given), card.answer(played.answer)
    number = card.number(given)
    if guessed is true:
        told = _("You said {number}, and that is what happens:", number=number)
        screen.paragraph(f"✓ {told}", _INDENT, "green", hanging="  ")
    else:
        told = _(
            "You said {number}. This is what happens:",
            number=number,
        )
        screen.paragraph(told, _INDENT, "bold")
    screen.line()
    _show_answer(screen, card, true)
    screen.line()
    show_markdown(screen, true.because, _INDENT)
    if guessed is not true:
        screen.line()
        show_markdown(
            screen, _("Why not {number}?", number=number) + " " + guessed.because, _INDENT
        )
    if card.elsewhere:
        screen.line()
        show_markdown(screen, card.elsewhere, _INDENT)
    screen.line()
    if is_changed:
        heading = _("What it did as you were given it ({backend})", backend=played.backend)
    else:
        heading = _("What the program does now ({backend})", backend=played.backend)
    screen.line(_INDENT + screen.style(heading, "bold"))
    screen.line()
    if screen.plain:
        steps(screen, played.recording.story)
    else:
        draw(screen, played.recording)


def _show_answer(screen: Screen, card: Card, answer: Answer) -> None:
    show_markdown(screen, f"{card.number(answer.key)}. {answer.text}", _INDENT * 2)
