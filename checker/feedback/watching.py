"""What `checker watch` shows: for each thing to see, its rows, and around them a head and a foot."""

import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checker.course import Course, Exercise
from checker.feedback import brief, console, overview, question
from checker.feedback.console import MARKS, WORDS
from checker.feedback.rows import dimmed, fold, rows_of, width
from checker.feedback.story import show_recording
from checker.feedback.terminal import Screen
from checker.harmless import one_line, printable
from checker.recording import Played, Recording
from checker.report import BACKENDS, ExerciseReport
from checker.translation import _, ngettext

__all__ = ["Judgement", "Key", "Page", "State", "show_verdict"]

MAX_OPENING: Final = 3
"""Rows of a brief that are shown above a verdict."""

MIN_OPENING: Final = 8
"""Columns that it takes, even where a terminal has fewer."""

MAX_REMARKS: Final = 8

LOW: Final = 12
"""A terminal with fewer lines has no room for more than one of keys."""

ROOMY: Final = 20
"""A terminal with as many lines has room for the name of the file, and for a blank line."""

_WAITING: Final = ("…", "yellow")


@dataclass(frozen=True)
class Judgement:
    """What a judge said of a file, and when it was asked."""

    report: ExerciseReport
    recordings: Sequence[Recording]
    sources: Mapping[str, bytes]
    seconds: float
    """Real seconds that it took."""


@dataclass(frozen=True)
class Key:
    key: str
    what: str
    """What it does."""
    works: bool = True


@dataclass(frozen=True)
class State:
    """Where an exercise stands."""

    exercise: Exercise
    backends: Sequence[str]
    verdict: Judgement | None
    """The last one; of the file as it is now only if nothing is being judged."""
    seconds: float | None
    """For how many real seconds its file is being judged, if it is."""
    place: tuple[int, int]
    """Which exercise of the course it is, from 1, and how many there are."""
    trouble: str = ""
    """Why it could not be judged."""


class Page:
    """Rows for a terminal of this size, which has this encoding."""

    def __init__(self, columns: int, lines: int, encoding: str) -> None:
        self._columns = max(columns, 2)
        self._lines = lines
        self._encoding = encoding

    # --- around everything ----------------------------------------------------------------------

    def composed(
        self,
        head: Sequence[str],
        body: Sequence[str],
        keys: Sequence[Key],
        *,
        top: int,
        notice: str = "",
    ) -> tuple[list[str], int, int]:
        """The whole of it: the rows from `top` on, as far as there is room for them, with the head
        above and the keys below; then the `top` that there was room for, and how many rows there were."""
        foot = self._rows(lambda screen: self._write_keys(screen, keys))
        if self._lines < LOW:
            foot = foot[:1]
        told = self._rows(lambda screen: screen.paragraph(one_line(notice), " ", "yellow", "bold"))
        widest = f" {one_line(notice)}  {len(body)}/{len(body)} ↑↓"
        if not notice or width(widest) < self._columns or self._lines < ROOMY:
            told = []  # It has room beside the part that is shown, or no row to itself.
        room = max(self._lines - len(head) - len(foot) - len(told) - 1, 1)
        top = max(min(top, len(body) - room), 0)
        shown = list(body[top : top + room])
        shown += [""] * (room - len(shown))
        beside = "" if told else notice
        line = self._rows(lambda screen: self._write_line(screen, beside, top, room, len(body)))
        rows = [*head, *shown, *told, *line[:1], *foot]
        return rows[: self._lines], top, room

    def _write_line(self, screen: Screen, notice: str, top: int, room: int, rows: int) -> None:
        """The row between what is shown and the keys: a notice, and which part is shown."""
        part = ""
        if rows > room:
            part = f" {min(top + room, rows)}/{rows} "
            part += "↑" if top else " "
            part += "↓" if top + room < rows else " "
        text = f" {one_line(notice)} " if notice else ""
        space = self._columns - width(part)
        text = fold(text, max(space - 1, 1))[0] if text else ""
        rule = "─" * max(space - width(text), 0)
        screen.line(
            screen.style(text, "yellow", "bold")
            + screen.style(rule, "dim")
            + screen.style(part, "bold")
        )

    def _write_keys(self, screen: Screen, keys: Sequence[Key]) -> None:
        row, used = "", 0
        for key in keys:
            taken = width(f"{key.key} {key.what}") + (2 if row else 0)
            if row and used + taken > self._columns - 1:
                screen.line(row)
                row, used, taken = "", 0, taken - 2
            if row:
                row += "  "
            if key.works:
                row += f"{screen.style(key.key, 'bold', 'cyan')} {key.what}"
            else:
                row += screen.style(f"{key.key} {key.what}", "dim")
            used += taken
        screen.line(row)

    def head(self, state: State) -> list[str]:
        """The exercise, and the verdict on both backends."""
        return self._rows(lambda screen: self._write_head(screen, state))

    def _write_head(self, screen: Screen, state: State) -> None:
        place = f"{state.place[0]}/{state.place[1]}"
        name = f"{state.exercise.name} — {state.exercise.title}"
        space = self._columns - len(place) - 1
        if width(name) > space:
            name = state.exercise.short_name
        name = fold(name, max(space, 1))[0]
        gap = " " * max(self._columns - width(name) - len(place), 1)
        screen.line(screen.style(name, "bold") + gap + screen.style(place, "dim"))
        _write_verdict(screen, state)
        if self._lines >= ROOMY:
            file = f"exercises/{state.exercise.name}/exercise.py"
            screen.line(screen.style(_path(file, self._columns), "cyan"))
            screen.line()

    # --- what there is to see -------------------------------------------------------------------

    def work(
        self, state: State, *, remarks: Sequence[str] | None, following: Exercise | None
    ) -> list[str]:
        """The brief's first lines, and the last verdict: the first check that did not pass, with its
        story and its timeline; or what comes after an exercise that passed. While the file is judged anew,
        that is dimmed: it is about an earlier text."""
        opening = self._rows(lambda screen: self._write_opening(screen, state.exercise))
        rows: list[str] = []
        if state.trouble:
            rows = self._rows(lambda screen: self._write_trouble(screen, state.trouble))
        elif state.verdict is not None:
            verdict = state.verdict
            if verdict.report.status == "passed" or not _fails(verdict.report):
                opening = []  # Whoever has passed knows it, and all of what follows should be seen.
                rows = self._rows(
                    lambda screen: self._write_passed(screen, state, remarks, following)
                )
            else:
                rows = self._rows(lambda screen: _write_failure(screen, verdict))
        if state.seconds is not None:
            rows = self._dimmed(rows)
        return opening + rows

    def _dimmed(self, rows: Sequence[str]) -> list[str]:
        def write(screen: Screen) -> None:
            for row in rows:
                screen.line(dimmed(screen, row))

        return self._rows(write)

    def _write_opening(self, screen: Screen, exercise: Exercise) -> None:
        all_of_it = _(" … (b: all of it)")
        for row in textwrap.wrap(
            printable(brief.opening(exercise)),
            max(screen.width, MIN_OPENING),
            initial_indent="  ",
            subsequent_indent="  ",
            max_lines=MAX_OPENING,
            placeholder=all_of_it if screen.width > len(all_of_it) + MIN_OPENING else " …",
        ):
            screen.line(screen.style(row, "dim"))

    def _write_trouble(self, screen: Screen, trouble: str) -> None:
        screen.line()
        screen.paragraph(printable(trouble), "  ", "yellow")
        screen.line()
        screen.paragraph(_("Nothing was judged. Press r to try again."), "  ")

    def _write_passed(
        self,
        screen: Screen,
        state: State,
        remarks: Sequence[str] | None,
        following: Exercise | None,
    ) -> None:
        assert state.verdict is not None
        mark, style = MARKS["passed"]
        if tuple(state.backends) != BACKENDS:
            (backend,) = state.backends
            text = _("It passes on {backend}.", backend=backend)
            screen.paragraph(f"{mark} {text}", "  ", style, hanging="  ")
            screen.line()
            text = _("An exercise is passed when it passes on both backends: press o for both.")
            screen.paragraph(text, "  ")
            return
        if state.verdict.report.status != "passed":  # The starter of an exercise that cannot fail.
            screen.paragraph(_("Nothing fails, but you have not changed the file yet."), "  ")
            return
        text = _("Well done! It passes on asyncio and on trio.")
        screen.paragraph(f"{mark} {text}", "  ", style, "bold", hanging="  ")
        screen.line()
        for check in dict.fromkeys(check.title for check in state.verdict.report.checks):
            screen.paragraph(f"{mark} {printable(check)}", "    ", style, hanging="  ")
        console.show_deeper(screen, state.verdict.report, "    ")
        screen.line()
        overview.show_solved(screen, state.exercise, "  ")
        screen.line()
        if following is not None:
            text = _(
                "When you are done here, n takes you on to {exercise} ({title}).",
                exercise=following.name,
                title=following.title,
            )
        else:
            text = _("That was the last one: you have passed the whole course.")
        screen.paragraph(text, "  ")
        if remarks is not None:
            self._write_remarks(screen, remarks)

    def _write_remarks(self, screen: Screen, remarks: Sequence[str]) -> None:
        screen.line()
        if not remarks:
            screen.paragraph(_("flake8-async has nothing to say about it."), "  ", "dim")
            return
        screen.paragraph(_("flake8-async, which only reads the code, says:"), "  ")
        for remark in remarks[:MAX_REMARKS]:
            screen.paragraph(printable(remark), "    ", "yellow", hanging="  ")
        left = len(remarks) - MAX_REMARKS
        if left > 0:
            screen.line("    " + ngettext("and {number} more", "and {number} more", left))

    def question(self, exercise: Exercise) -> list[str]:
        """The question of an exercise, and the answers that there are."""
        assert exercise.card is not None
        card = exercise.card
        return self._rows(lambda screen: question.draw_card(screen, card))

    def outcome(self, exercise: Exercise, given: str, played: Played) -> list[str]:
        """What the starter really does."""
        assert exercise.card is not None
        card = exercise.card
        return self._rows(lambda screen: question.draw_outcome(screen, card, given, played))

    def brief(self, exercise: Exercise) -> list[str]:
        """The whole brief."""
        return self._rows(lambda screen: brief.show(screen, exercise))

    def hints(self, exercise: Exercise, taken: int) -> list[str]:
        """As many of the hints as were taken; and after the last one, where to read on."""

        def write(screen: Screen) -> None:
            hints = exercise.metadata.hints
            for number, hint in enumerate(hints[:taken], 1):
                screen.paragraph(f"{number}. {printable(hint)}", "  ", hanging="   ")
                screen.line()
            if left := len(hints) - taken:
                more = ngettext("{number} more: press h.", "{number} more: press h.", left)
                screen.paragraph(more, "  ", "dim")
            else:
                screen.paragraph(_("That was the last hint. To read more:"), "  ")
                for link in exercise.metadata.links:
                    screen.line(f"  {link}")

        return self._rows(write)

    def course(
        self,
        course: Course,
        standings: Mapping[str, str],
        *,
        here: Exercise,
        chosen: Exercise,
        busy: Collection[str] = (),
    ) -> tuple[list[str], int]:
        """The course with what is known of each exercise, and the row of the chosen one."""
        at = 0

        def write(screen: Screen) -> None:
            nonlocal at
            count = 0
            for chapter in course.chapters:
                if count:
                    screen.line()
                    count += 1
                title = fold(f"  {chapter.name}: {chapter.title}", self._columns)[0]
                screen.line(screen.style(title, "bold"))
                count += 1
                for exercise in chapter.exercises:
                    if exercise.name == chosen.name:
                        at = count
                    self._write_entry(
                        screen,
                        exercise,
                        standings.get(exercise.name, "not_started"),
                        is_here=exercise.name == here.name,
                        is_chosen=exercise.name == chosen.name,
                        is_busy=exercise.name in busy,
                    )
                    count += 1

        return self._rows(write), at

    def _write_entry(
        self,
        screen: Screen,
        exercise: Exercise,
        status: str,
        *,
        is_here: bool,
        is_chosen: bool,
        is_busy: bool,
    ) -> None:
        mark, style = _WAITING if is_busy else (MARKS | {"changed": _WAITING})[status]
        pointer = "›" if is_chosen else " "
        text = f"{exercise.short_name:<22} {exercise.title}"
        if is_here:
            text += "  " + _("(you are here)")
        text = fold(text, max(self._columns - 6, 1))[0]
        styles = ("bold",) if is_chosen else ()
        screen.line(
            f"  {screen.style(pointer, 'cyan', 'bold')} {screen.style(mark, style)} "
            f"{screen.style(text, *styles)}"
        )

    def asked(self, exercise: Exercise, file: str) -> list[str]:
        """The head of a question: the exercise, and the file that it is about."""
        name = f"{exercise.name} — {exercise.title}"
        name = name if width(name) <= self._columns else exercise.short_name
        return self.heading(name, _path(file, self._columns))

    def heading(self, text: str, beside: str = "") -> list[str]:
        """A head with this text."""

        def write(screen: Screen) -> None:
            screen.line(screen.style(fold(text, self._columns)[0], "bold"))
            screen.line(screen.style(fold(beside, self._columns)[0], "dim"))
            if self._lines >= ROOMY:
                screen.line()

        return self._rows(write)

    def text(self, text: str, *styles: str) -> list[str]:
        """Nothing but this text."""
        return self._rows(lambda screen: screen.paragraph(printable(text), "  ", *styles))

    def _rows(self, write: Callable[[Screen], object]) -> list[str]:
        return rows_of(write, self._columns, self._encoding)


def _path(file: str, columns: int) -> str:
    """A path, or as much of its end as there are columns for: what it begins with can be guessed."""
    parts = file.split("/")
    for first in range(len(parts)):
        shown = "/".join(parts[first:] if not first else ["…", *parts[first:]])
        if width(shown) <= columns:
            return shown
    return fold(parts[-1], columns)[0]


def _fails(report: ExerciseReport) -> bool:
    return any(check.status != "passed" for check in report.checks)


def show_verdict(screen: Screen, state: State) -> None:
    """Write what is worth keeping of the last verdict."""
    name = f"{state.exercise.name} — {state.exercise.title}"
    screen.paragraph(name, "", "bold", hanging="  ")
    _write_verdict(screen, state)
    if state.verdict is not None and _fails(state.verdict.report):
        _write_failure(screen, state.verdict)


def _write_verdict(screen: Screen, state: State) -> None:
    """The verdict on each backend, in one row."""
    marks = []
    for backend in BACKENDS:
        mark, style = _mark(state, backend)
        marks.append(screen.style(f"{mark} {backend}", style))
    row = "  ".join(marks)
    for word in _said(state):
        if width(row) + 3 + width(word) <= screen.width:
            row += "   " + screen.style(word, "dim")
    screen.line(row)


def _said(state: State) -> list[str]:
    """What there is to say of the verdict as a whole, what matters most first."""
    if state.seconds is not None:
        judging = _("judging")
        if state.seconds >= 1:
            judging = _("judging for {seconds} s", seconds=int(state.seconds))
        # Where nothing can be dimmed, this says what stands below.
        return [judging] if state.verdict is None else [judging, _("below: the last verdict")]
    if state.trouble:
        return [_("not judged")]
    if state.verdict is None:
        return []
    report = state.verdict.report
    taken = f"{state.verdict.seconds:.2f} s"
    if tuple(state.backends) != BACKENDS:
        return [taken]  # On one backend alone no exercise is passed.
    return [console.score(report.points, report.max_points), WORDS[report.status], taken]


def _mark(state: State, backend: str) -> tuple[str, str]:
    if backend not in state.backends:
        return ("-", "dim")
    if state.seconds is not None or state.verdict is None:
        return _WAITING
    if state.trouble:
        return MARKS["not_graded"]
    found = {c.status for c in state.verdict.report.checks if c.backend == backend}
    return MARKS[next((s for s in ("failed", "not_graded") if s in found), "passed")]


def _write_failure(screen: Screen, verdict: Judgement) -> None:
    """The first check that did not pass, and what happened in its run."""
    first = next(check for check in verdict.report.checks if check.status != "passed")
    recording = next((r for r in verdict.recordings if r.token == first.replay), None)
    # The command that shows the run stands below what happened in it, and not here too.
    token = "" if recording is None else recording.token
    console.show_first(screen, verdict.report, verdict.sources, token)
    if recording is not None:
        show_recording(screen, recording)
