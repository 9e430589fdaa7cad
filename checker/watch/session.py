"""What a watch shows, and what each key, each save and each verdict does to that. Nothing here waits:
what is to be done is said as a `Wish`, and the loop does it."""

import contextlib
import math
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Final

from checker.course import Course, CourseError, Exercise
from checker.feedback import question
from checker.feedback.terminal import Screen
from checker.feedback.watching import Judgement, Key, Page, State, show_verdict
from checker.progress import Progress, next_exercise
from checker.recording import Played
from checker.report import BACKENDS, ExerciseReport
from checker.restore import restore
from checker.submission import Source, Submission
from checker.translation import _, ngettext
from checker.watch.messages import Answer

_CHOICES: Final = (BACKENDS, *((backend,) for backend in BACKENDS))
"""Which backends to judge on, in the order in which a key goes through them."""


class Wish(Enum):
    """What is to be done now."""

    JUDGE = auto()
    """The file, whatever else was under way."""
    PLAY = auto()
    """The starter, for the question about it."""
    CHECK_ALL = auto()
    """All files of the course, one after the other."""
    STOP = auto()
    """What is under way is of no more use."""
    QUIT = auto()


class View(Enum):
    QUESTION = auto()
    OUTCOME = auto()
    WORK = auto()
    BRIEF = auto()
    HINTS = auto()
    LIST = auto()
    ALL = auto()
    RESET = auto()


class Session:
    """A watch of one exercise of a course, and then of another."""

    def __init__(self, course: Course, exercise: Exercise) -> None:
        self.course = course
        self.exercise = exercise
        self.backends: Sequence[str] = BACKENDS
        self.view = View.WORK
        self.source = Source(exercise.file.name, missing=True)
        self._submission = Submission(course.root, is_own=True)
        self._stamp: object = None
        self._verdict: Judgement | None = None
        self._trouble = ""
        self._began: float | None = None
        self._is_due = True
        """Whether the file has not been judged yet as it is now."""
        self._is_asked = False
        """Whether there is a question to answer first."""
        self._given = ""
        self._played: Played | None = None
        self._remarks: Sequence[str] | None = None
        self._notice = ""
        self._hints = 0
        """How many hints were taken here, which may not be what is kept of it."""
        self._top = 0
        self._room = 1
        self._chosen = exercise
        self._following: Exercise | None = None
        self._standings: dict[str, str] = {}
        self._all_left: list[str] = []
        self._all: list[ExerciseReport] = []

    # --- what happens to it ---------------------------------------------------------------------

    def open(self, exercise: Exercise) -> Wish:
        """Go to an exercise."""
        self.exercise = self._chosen = exercise
        self._verdict, self._trouble, self._remarks, self._stamp = None, "", None, None
        self._hints = 0
        self.look()
        # Asked before the code is touched. It is judged meanwhile, and the verdict is shown afterwards.
        answer = Progress(self.course).answer(exercise)
        self._is_asked = question.is_due(exercise, self.source.content, answer)
        self._show(self._home)
        return Wish.JUDGE

    def look(self) -> Wish | None:
        """Read the file, which may have been saved."""
        try:
            status = self.exercise.file.stat()
            stamp: object = (status.st_mtime_ns, status.st_ino, status.st_size)
        except OSError:
            stamp = None
        source = self._submission.source(self.exercise)
        if (stamp, source) == (self._stamp, self.source):
            return None
        self._stamp, self.source = stamp, source
        if self.view is View.ALL:
            self._notice = _("Stopped, since you saved a file.")
        self._is_asked = False
        self._show(View.WORK)
        return Wish.JUDGE

    def began(self) -> None:
        """The file is being judged from now on."""
        self._began = time.monotonic()
        self._is_due = True
        self._remarks = None

    def began_all(self) -> None:
        """All exercises are being judged from now on."""
        self._read_standings()
        self._all = []
        self._all_left = [exercise.name for exercise in self.course]

    def judged(self, answer: Answer) -> None:
        """The file has been judged."""
        seconds = time.monotonic() - self._began if self._began is not None else 0.0
        self._began, self._is_due = None, False
        if self.view is View.WORK:
            self._top = 0
        self._trouble = answer.trouble
        if not self._is_asked:  # Whoever is asked hears nothing of this yet, but of their keys.
            self._notice = ""
        if answer.report is None:
            return
        self._verdict = Judgement(
            answer.report, answer.recordings, {self.source.file: self.source.content}, seconds
        )
        progress = Progress(self.course)
        progress.record([(self.exercise, self.source)], [answer.report], self.backends)
        self._following = next_exercise(self.course, progress)
        if not progress.is_kept and not self._is_asked:
            self._notice = progress.why_not_kept

    def played(self, answer: Answer) -> None:
        """The starter has been played."""
        self._played, self._trouble = answer.played, answer.trouble

    def remarked(self, remarks: Sequence[str] | None) -> None:
        """flake8-async has read the file."""
        self._remarks = remarks

    def checked(self, exercise: Exercise, source: Source, report: ExerciseReport) -> None:
        """One of all exercises has been judged."""
        Progress(self.course).record([(exercise, source)], [report], BACKENDS)
        self._all.append(report)
        self._all_left.remove(exercise.name)
        self._standings[exercise.name] = report.status

    def stopped(self) -> None:
        """What was under way has been given up."""
        self._began = None
        self._all_left.clear()

    def source_of(self, exercise: Exercise) -> Source:
        return self._submission.source(exercise)

    def tell(self, notice: str) -> None:
        """Show a line until the next key."""
        self._notice = notice

    # --- keys -----------------------------------------------------------------------------------

    def press(self, key: str) -> Wish | None:
        self._notice = ""
        if self._scroll(key):
            return None
        if key == "q":
            return Wish.QUIT
        match self.view:
            # A hint, a verdict or a reset would say what happens, or touch the code.
            case View.QUESTION if key not in ("b", "l"):
                return self._press_in_question(key)
            case View.OUTCOME:
                if key not in ("escape", "enter", "left"):
                    return None
                self._show(View.BRIEF)  # Whoever has answered wants to know what is asked for.
                return Wish.JUDGE if self._is_due else None
            case View.RESET:
                return self._press_in_reset(key)
            case View.LIST:
                return self._press_in_list(key)
            case View.ALL:
                if key not in ("escape", "enter", "left"):
                    return None
                self._show(self._home)
                return Wish.JUDGE if self._is_due else Wish.STOP
            case View.BRIEF | View.HINTS if key in ("escape", "enter", "left"):
                self._show(self._home)
                return None
        act = self._acts().get(key)
        return act() if act is not None else None

    def _acts(self) -> dict[str, Callable[[], Wish | None]]:
        return {
            "n": self._next,
            "h": self._hint,
            "r": self._run_again,
            "b": lambda: self._toggle(View.BRIEF),
            "l": self._list,
            "o": self._other_backends,
            "a": self._check_all,
            "x": lambda: self._show(View.RESET),
            "escape": lambda: self._show(self._home),
        }

    def _show(self, view: View) -> None:
        self.view, self._top = view, 0

    def _toggle(self, view: View) -> None:
        self._show(self._home if self.view is view else view)

    @property
    def _home(self) -> View:
        return View.QUESTION if self._is_asked else View.WORK

    def _next(self) -> Wish | None:
        progress = Progress(self.course)
        if not progress.has_passed(self.exercise):
            self._notice = _("Not passed yet. To go to another exercise, press l.")
            return None
        following = next_exercise(self.course, progress)
        if following is None or following == self.exercise:
            self._notice = _("You have passed the whole course!")
            return None
        return self.open(following)

    def _hint(self) -> None:
        # The first time it shows what was taken before; from then on, each press takes one more. Whoever
        # has passed may look at all of them.
        progress, shown = Progress(self.course), self._hints_shown()
        if shown < len(self.exercise.metadata.hints) and (self.view is View.HINTS or not shown):
            self._hints = max(shown + 1, progress.take_hint(self.exercise))
            if not progress.is_kept:
                self._notice = progress.why_not_kept
        self._show(View.HINTS)
        self._top = 1_000_000  # The last one is at the end.

    def _press_in_question(self, key: str) -> Wish | None:
        card = self.exercise.card
        given = None if card is None else question.read_answer(card, key)
        if card is None or given is None:
            self._say_what_answers()
            return None
        self._is_asked = False
        progress = Progress(self.course)
        # What somebody guessed before they were told counts, and not what they say afterwards.
        if progress.answer(self.exercise) in (None, question.SKIPPED):
            progress.note_answer(self.exercise, given)
        if given == question.SKIPPED:
            command = f"checker predict {self.exercise.short_name}"
            self._notice = _("`{command}` asks it again.", command=command)
            self._show(View.BRIEF)
            return Wish.JUDGE if self._is_due else Wish.STOP
        self._given, self._played = given, None
        self._show(View.OUTCOME)
        return Wish.PLAY

    def _say_what_answers(self) -> None:
        if self.exercise.card is not None:
            choices = question.prompt(self.exercise.card)
            self._notice = _("Press {choices}.", choices=choices)

    def _hints_shown(self) -> int:
        progress = Progress(self.course)
        if progress.has_passed(self.exercise):
            return len(self.exercise.metadata.hints)
        return max(self._hints, progress.hints_taken(self.exercise))

    def _run_again(self) -> Wish:
        self._show(View.WORK)
        return Wish.JUDGE

    def _list(self) -> None:
        if self.view is View.LIST:
            self._show(self._home)
            return
        self._read_standings()
        self._chosen = self.exercise
        self._show(View.LIST)

    def _read_standings(self) -> None:
        progress = Progress(self.course)
        self._standings = {}
        for exercise in self.course:
            with contextlib.suppress(CourseError):
                self._standings[exercise.name] = progress.standing(exercise)[0]

    def _press_in_reset(self, key: str) -> Wish | None:
        if key in ("n", "escape", "x", "left"):
            self._show(self._home)
        elif key == "y":
            self._reset()
        return None

    def _reset(self) -> None:
        self._show(self._home)
        try:
            done = restore(self.exercise)
        except OSError as error:
            self._notice = _("It cannot be reset: {reason}", reason=error.strerror or error)
            return
        if not done.is_new:
            self._notice = _("It is the starter already.")
        elif done.kept is not None:
            self._notice = _("What you wrote is kept in {file}", file=done.kept.name)

    def _question(self) -> str:
        return _(
            "Put the starter back in the place of {file}? What you wrote is kept beside it.",
            file=self.source.file,
        )

    def _press_in_list(self, key: str) -> Wish | None:
        exercises = list(self.course)
        at = exercises.index(self._chosen)
        match key:
            case "up" | "k":
                self._chosen = exercises[max(at - 1, 0)]
            case "down" | "j":
                self._chosen = exercises[min(at + 1, len(exercises) - 1)]
            case "home":
                self._chosen = exercises[0]
            case "end":
                self._chosen = exercises[-1]
            case "page up" | "page down":
                step = self._room if key == "page down" else -self._room
                self._chosen = exercises[min(max(at + step, 0), len(exercises) - 1)]
            case "enter" | "right" | " ":
                return self.open(self._chosen)
            case "escape" | "l" | "left":
                self._show(self._home)
            case "a":
                return self._check_all()
        return None

    def _other_backends(self) -> Wish:
        at = _CHOICES.index(tuple(self.backends))
        self.backends = _CHOICES[(at + 1) % len(_CHOICES)]
        self._show(View.WORK)
        self._verdict = None
        return Wish.JUDGE

    def _check_all(self) -> Wish:
        self._chosen = self.exercise
        self._show(View.ALL)
        return Wish.CHECK_ALL

    def _scroll(self, key: str) -> bool:
        """Whether the key moves what is shown."""
        if self.view is View.LIST:
            return False
        page = max(self._room - 1, 1)
        by = {
            "down": 1,
            "j": 1,
            "up": -1,
            "k": -1,
            "page down": page,
            " ": page,
            "page up": -page,
            "backspace": -page,
            "home": -math.inf,
            "g": -math.inf,
            "end": math.inf,
            "G": math.inf,
        }.get(key)
        if by is None:
            return False
        self._top = int(max(min(self._top + by, 1_000_000), 0))
        return True

    def say_goodbye(self, screen: Screen) -> None:
        """Leave the last verdict where it can still be read, unless it answers a question that is still open."""
        if self._verdict is not None and self._began is None and not self._is_asked:
            show_verdict(screen, self._state())

    # --- what is shown --------------------------------------------------------------------------

    def frame(self, columns: int, lines: int, encoding: str) -> list[str]:
        """The rows for a terminal of this size."""
        page = Page(columns, lines, encoding)
        try:
            head, body, keys, at = self._parts(page)
        except (CourseError, OSError) as error:
            # Files of the course may change at any time, and be broken for a while.
            head, body, keys, at = page.heading(self.exercise.name), page.text(str(error)), [], None
            keys = [Key("r", _("run again")), Key("q", _("quit"))]
        rows, top, self._room = page.composed(head, body, keys, top=self._top, notice=self._notice)
        if at is not None and not top <= at < top + self._room:
            self._top = max(at - self._room // 2, 0)
            return self._composed_again(page, head, body, keys)
        self._top = top
        return rows

    def _composed_again(
        self, page: Page, head: Sequence[str], body: Sequence[str], keys: Sequence[Key]
    ) -> list[str]:
        rows, self._top, self._room = page.composed(
            head, body, keys, top=self._top, notice=self._notice
        )
        return rows

    def _parts(self, page: Page) -> tuple[list[str], list[str], list[Key], int | None]:
        """The head, the body, the keys, and the row of the body that has to be seen."""
        at = None
        match self.view:
            case View.QUESTION:
                head, body = (
                    page.asked(self.exercise, self.source.file),
                    page.question(self.exercise),
                )
            case View.OUTCOME if self._played is not None:
                head = page.asked(self.exercise, self.source.file)
                body = page.outcome(self.exercise, self._given, self._played)
            case View.OUTCOME:
                head = page.asked(self.exercise, self.source.file)
                body = page.text(self._trouble or _("The program is played …"))
            case View.WORK:
                head, body = page.head(self._state()), self._work(page)
            case View.BRIEF:
                head, body = [], page.brief(self.exercise)
            case View.HINTS:
                head = page.head(self._state())
                body = page.hints(self.exercise, self._hints_shown())
            case View.RESET:
                head, body = page.head(self._state()), page.text(self._question())
            case View.LIST:
                progress = Progress(self.course)
                passed = sum(progress.has_passed(exercise) for exercise in self.course)
                beside = _("{passed} of {total} passed", passed=passed, total=self._total)
                head = page.heading(_("Where do you want to go?"), beside)
                body, at = page.course(
                    self.course, self._standings, here=self.exercise, chosen=self._chosen
                )
            case View.ALL:
                head = page.heading(self._progress_of_all(), self._result_of_all())
                body, at = page.course(
                    self.course,
                    self._standings,
                    here=self.exercise,
                    chosen=self._chosen,
                    busy=self._all_left,
                )
                at = None
        return head, body, self._keys(), at

    @property
    def _total(self) -> int:
        return sum(1 for __ in self.course)

    def _state(self) -> State:
        exercises = list(self.course)
        seconds = None if self._began is None else time.monotonic() - self._began
        return State(
            self.exercise,
            self.backends,
            self._verdict,
            seconds,
            (exercises.index(self.exercise) + 1, len(exercises)),
            self._trouble,
        )

    def _work(self, page: Page) -> list[str]:
        return page.work(self._state(), remarks=self._remarks, following=self._following)

    def _progress_of_all(self) -> str:
        if self._all_left:
            done = self._total - len(self._all_left)
            return _("Checking all: {done} of {total}", done=done, total=self._total)
        return _("All are checked.")

    def _result_of_all(self) -> str:
        if not self._all:
            return ""
        passed = sum(report.status == "passed" for report in self._all)
        points = sum(report.points for report in self._all)
        most = sum(exercise.max_points for exercise in self.course)
        return ngettext(
            "{passed} of {exercises} pass now, {points} of {number} point",
            "{passed} of {exercises} pass now, {points} of {number} points",
            most,
            passed=passed,
            exercises=self._total,
            points=points,
        )

    def _keys(self) -> list[Key]:
        match self.view:
            case View.QUESTION if self.exercise.card is not None:
                numbers = " ".join(str(n + 1) for n in range(len(self.exercise.card.answers)))
                return [
                    Key(numbers, _("answer")),
                    Key(question.SKIP_KEY, _("skip")),
                    Key("b", _("brief")),
                    Key("l", _("list")),
                    Key("q", _("quit")),
                ]
            case View.OUTCOME:
                return [Key("enter", _("on to the brief")), Key("q", _("quit"))]
            case View.RESET:
                return [Key("y", _("yes, put the starter back")), Key("n", _("no"))]
            case View.LIST:
                return [
                    Key("↑ ↓", _("choose")),
                    Key("enter", _("go there")),
                    Key("a", _("check all")),
                    Key("esc", _("back")),
                    Key("q", _("quit")),
                ]
            case View.ALL:
                back = _("stop") if self._all_left else _("back")
                return [Key("↑ ↓", _("scroll")), Key("esc", back), Key("q", _("quit"))]
        more, are_more = _("hint"), True
        if self.view is View.HINTS:
            more, are_more = _("more"), self._hints_shown() < len(self.exercise.metadata.hints)
        brief = _("brief")
        if self.view is View.BRIEF:
            brief = _("question") if self._is_asked else _("verdict")
        return [
            Key("n", _("next"), works=Progress(self.course).has_passed(self.exercise)),
            Key("h", more, works=are_more),
            Key("r", _("again")),
            Key("b", brief),
            Key("l", _("list")),
            Key("o", _("backends")),
            Key("a", _("check all")),
            Key("x", _("reset")),
            Key("q", _("quit")),
        ]
