"""One run on a terminal: what the check says, the story, the timeline, what was printed."""

from collections.abc import Iterable, Sequence
from typing import Final

from checker.feedback import decided
from checker.feedback.console import MARKS, show_heading, sign
from checker.feedback.terminal import Screen
from checker.feedback.timeline import draw
from checker.harmless import printable
from checker.recording import Recording, Sentence, ShownRun
from checker.translation import _, ngettext

MAX_PRINTS: Final = 20

TIME_WIDTH: Final = 8
"""How many characters the column of times has at least."""


def show(screen: Screen, name: str, title: str, runs: Sequence[ShownRun]) -> None:
    """Write the first of `runs` that did not pass, or else the first, and one line about each other."""
    first = chosen(runs)
    status = "passed" if first.passed else "failed"
    show_heading(screen, name, title)
    screen.line()
    told = f"{sign(screen, status)} {first.check} ({first.backend})"
    screen.paragraph(told, "  ", MARKS[status][1], hanging="  ")
    if first.message:
        screen.paragraph(printable(first.message), "    ")
    for other in runs:
        if other is not first:
            screen.line(f"    {_verdict_beside(first, other)}")
    if first.recording is not None:
        show_recording(screen, first.recording)


def chosen(runs: Sequence[ShownRun]) -> ShownRun:
    """The one that is shown: the first that did not pass, or else the first."""
    return next((run for run in runs if not run.passed), runs[0])


def _verdict_beside(chosen: ShownRun, other: ShownRun) -> str:
    """How the other backend did."""
    match chosen.passed, other.passed:
        case True, True:
            return _("On {backend} it passes too.", backend=other.backend)
        case False, False:
            return _("On {backend} it fails too.", backend=other.backend)
        case False, True:
            return _("On {backend} it passes.", backend=other.backend)
    return _("On {backend} it fails.", backend=other.backend)


def steps(screen: Screen, sentences: Sequence[Sentence]) -> None:
    """Write what happened, step by step."""
    width = _widest(sentence.at for sentence in sentences)
    for sentence in sentences:
        line = f"L{sentence.line}" if sentence.line is not None else ""
        styles = ("bold", "red") if sentence.key else ()
        _row(screen, sentence.at, width, f"{line:<4} {sentence.text}", *styles)


def show_recording(screen: Screen, recording: Recording) -> None:
    """Write all that there is to say of a run, and how to see it again; nothing, if nothing ran."""
    if not recording.lanes:
        return
    tell(screen, recording)
    screen.line()
    short = recording.exercise.partition("/")[2]
    command = f"checker run {short} --replay {recording.token}"
    screen.command(_("Show this run again: {command}", command=command), command, "  ")


def tell(screen: Screen, recording: Recording) -> None:
    """Write what happened in a run: its story, its timeline, what decided it, and what it printed."""
    _heading(screen, _("What happened"))
    steps(screen, recording.story)
    if not screen.plain:  # The story has said it all, in the order in which it happened.
        _heading(screen, _("Who did what when"))
        draw(screen, recording)
    if recording.decided is not None:
        _heading(screen, _("What decided it"))
        decided.show(screen, recording.decided)
    if recording.prints:
        _heading(screen, _("What it printed"))
        lines = [(p.at, line) for p in recording.prints for line in p.text.splitlines()]
        width = _widest(at for at, __ in lines[:MAX_PRINTS])
        for at, line in lines[:MAX_PRINTS]:
            _row(screen, at, width, line)
        if len(lines) > MAX_PRINTS:
            left = len(lines) - MAX_PRINTS
            more = ngettext("and {number} line more", "and {number} lines more", left)
            screen.line(f"  {more}")


def _heading(screen: Screen, text: str) -> None:
    screen.line()
    screen.line("  " + screen.style(text, "bold"))
    screen.line()


def _time(at: float) -> str:
    return f"{at:g} s"


def _widest(times: Iterable[float]) -> int:
    """How many characters the column of these times has."""
    return max([TIME_WIDTH, *(len(_time(at)) for at in times)])


def _row(screen: Screen, at: float, width: int, text: str, *styles: str) -> None:
    """A row of a table whose first column is the time."""
    time = _time(at)
    margin = " " * (width - len(time))
    # A time stands to the right of its column, and what follows it below itself.
    hanging = " " * (len(time) + 2 + 5)
    screen.paragraph(f"{time}  {printable(text)}", f"  {margin}", *styles, hanging=hanging)
