"""How far a learner is, derived from the work where it can be: an exercise whose file is still the
starter is not started, and a result counts only as long as the file is the one that was graded.

What cannot be derived is kept in `.checker/progress.txt` in the course: one fact per line, sorted, plain
text. `checker` writes it, and anybody may read it, edit it and delete it.

    first_steps/forgotten_await answer "b"
    first_steps/forgotten_await graded 2c26b46b68ffc68f passed 5
    first_steps/forgotten_await hints 2
    first_steps/forgotten_await passed

**Two machines** share it through git, with the work: commit `.checker/` with your exercises. Git merges the
file by keeping the lines of both sides (`.checker/.gitattributes` says `merge=union`), and every fact is
such that this loses nothing and makes nothing up: the larger number of hints counts, passed once is
passed, a result names the text that it is about, and of two results of one text the worse is taken until
it is graded again. Lines may come twice and in any order.

**It is never trusted, and never spoilt.** What this version does not understand (a broken line, a word of
a newer version) is left in place. If the file cannot be read it is not written, and if it cannot be
written everything goes on without it. Two processes at once wait for each other, and neither
writes what it read long ago over the other's facts. Up to version 0.1 there was a `progress.json`: what it
says is carried over at the next change, and then it is removed.
"""

import contextlib
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from checker.course import Course, Exercise
from checker.report import BACKENDS, ExerciseReport
from checker.submission import Source
from checker.translation import _

__all__ = ["FILE", "Progress", "next_exercise"]

FILE: Final = Path(".checker", "progress.txt")
"""Where the facts are kept, below the root of the course."""

_HEADING: Final = (
    "# How far I am in this course. `checker` keeps it; one fact per line, in any order.\n"
)
_ATTRIBUTES: Final = "progress.txt merge=union\n"

_WORST_FIRST: Final = ("failed", "not_graded", "passed")

_CONFLICT: Final = re.compile(r"(<<<<<<<|\|\|\|\|\|\|\||=======|>>>>>>>)( |$)")
"""The marks that git leaves around a conflict, where nobody told it to keep both sides."""


class Progress:
    """What is known of every exercise of a course: read when made, and written when it changes."""

    def __init__(self, course: Course) -> None:
        self._path = course.root / FILE
        self._older = self._path.with_name("progress.json")
        self._lines = self._read() or set()
        self.is_kept = True
        """Whether all that was to be noted has been written."""

    def standing(self, exercise: Exercise) -> tuple[str, int]:
        """The status of an exercise's file as it is now, and its points: `passed`, `failed`,
        `not_graded`, `not_started`, or `changed` since it was last graded."""
        try:
            content = exercise.file.read_bytes()
        except OSError:
            return "not_started", 0
        if exercise.is_untouched(content):
            return "not_started", 0
        return self._result(exercise, _digest(content)) or ("changed", 0)

    def has_passed(self, exercise: Exercise) -> bool:
        """Whether the exercise was passed once, whatever its file is now."""
        key = f"{exercise.name} passed"
        return key in self._lines or bool(self._values(key))

    def is_untouched(self, exercise: Exercise) -> bool:
        """Whether nothing was done for this exercise yet, nor is remembered of it."""
        is_known = any(line.startswith(f"{exercise.name} ") for line in self._lines)
        return not is_known and self.standing(exercise)[0] == "not_started"

    def record(
        self,
        work: Sequence[tuple[Exercise, Source]],
        reports: Sequence[ExerciseReport],
        backends: Sequence[str],
    ) -> None:
        """Note the results of a grading on all backends; of one backend there is nothing to note."""
        if tuple(backends) != BACKENDS:
            return
        new: dict[str, str] = {}
        for (exercise, source), report in zip(work, reports, strict=True):
            if source.missing or report.status == "not_started":
                continue  # The file says so itself.
            result = f"{_digest(source.content)} {report.status} {report.points}"
            new[f"{exercise.name} graded"] = result
            if report.status == "passed":
                new[f"{exercise.name} passed"] = ""
        self._replace(new)

    @property
    def why_not_kept(self) -> str:
        """What to tell a learner of whose progress something is not kept."""
        return _(
            "This will be forgotten: {file} cannot be written. See who may write to it and to its folder, and whether the "
            "disk is full.",
            file=self._path,
        )

    def hints_taken(self, exercise: Exercise) -> int:
        """How many of the exercise's hints were asked for."""
        taken = [
            int(value) for value in self._values(f"{exercise.name} hints") if value.isdecimal()
        ]
        return min(max(taken, default=0), len(exercise.metadata.hints))

    def take_hint(self, exercise: Exercise) -> int:
        """How many hints to show now: one more than the last time, at most all of them."""
        shown = min(self.hints_taken(exercise) + 1, len(exercise.metadata.hints))
        self._replace({f"{exercise.name} hints": str(shown)})
        return shown

    def answer(self, exercise: Exercise) -> str | None:
        """What was answered to the exercise's question, if anything."""
        for value in self._values(f"{exercise.name} answer"):
            with contextlib.suppress(msgspec.MsgspecError):
                return msgspec.json.decode(value, type=str)
        return None

    def note_answer(self, exercise: Exercise, answer: str) -> None:
        """Keep what was answered to the exercise's question, in place of an earlier answer."""
        written = msgspec.json.encode(answer).decode()
        self._replace({f"{exercise.name} answer": written})

    # --- facts and lines ------------------------------------------------------------------------

    def _values(self, key: str) -> list[str]:
        """What follows `key` on the lines that begin with it, sorted."""
        return sorted(line[len(key) + 1 :] for line in self._lines if line.startswith(f"{key} "))

    def _result(self, exercise: Exercise, digest: str) -> tuple[str, int] | None:
        results: list[tuple[int, int]] = []
        for value in self._values(f"{exercise.name} graded"):
            match value.split():
                case [of, status, points] if (
                    of == digest and status in _WORST_FIRST and points.isdecimal()
                ):
                    results.append((_WORST_FIRST.index(status), int(points)))
        if not results:
            return None
        worst, least = min(results)
        return _WORST_FIRST[worst], least

    def _replace(self, new: dict[str, str]) -> None:
        """Put these facts, each a key and its value, in the place of those with the same keys."""
        if not new:
            return
        with self._alone() as may_write:
            found = self._read()
            if found is not None:
                self._lines = found
            before = set(self._lines)
            self._lines = {
                line
                for line in self._lines
                if not any(line == key or line.startswith(f"{key} ") for key in new)
            }
            self._lines.update(f"{key} {value}".rstrip() for key, value in new.items())
            if found is None or self._lines != before or self._older.exists():
                self.is_kept = may_write and found is not None and self._write()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[bool]:
        """Keep other processes from the file; says whether there is a folder to write to."""
        folder = -1
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if folder >= 0:
                with contextlib.suppress(OSError):  # Some network file systems have no locks.
                    fcntl.flock(folder, fcntl.LOCK_EX)
            yield folder >= 0
        finally:
            if folder >= 0:
                os.close(folder)

    def _read(self) -> set[str] | None:
        """The lines of the file, those of an older one among them; None if it cannot be read."""
        try:
            text = self._path.read_bytes().decode("utf-8", "surrogateescape")
        except FileNotFoundError:
            text = ""
        except OSError:
            return None
        lines = {line.strip() for line in text.split("\n")}
        kept = {line for line in lines if line and not _CONFLICT.match(line)}
        return (kept - {_HEADING.strip()}) | self._read_older()

    def _read_older(self) -> set[str]:
        lines = set()
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            older = msgspec.json.decode(self._older.read_bytes(), type=dict[str, _Older])
            for name, of in older.items():
                if of.digest and of.status in _WORST_FIRST:
                    lines.add(f"{name} graded {of.digest} {of.status} {of.points}")
                if of.status == "passed":
                    lines.add(f"{name} passed")
                if of.hints:
                    lines.add(f"{name} hints {of.hints}")
        return lines

    def _write(self) -> bool:
        # A course that cannot be written to can still be graded.
        temporary = self._path.with_name(f".progress.{os.getpid()}.part")
        text = _HEADING + "".join(f"{line}\n" for line in sorted(self._lines))
        try:
            temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
            temporary.replace(self._path)
            attributes = self._path.with_name(".gitattributes")
            if not attributes.exists():
                attributes.write_text(_ATTRIBUTES, encoding="utf-8")
            if self._read_older():
                self._older.unlink()
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            return False
        return True


class _Older(msgspec.Struct):
    """What `progress.json` held about an exercise."""

    digest: str = ""
    status: str = ""
    points: int = 0
    hints: int = 0


def next_exercise(course: Course, progress: Progress) -> Exercise | None:
    """The exercise that is next: the first of the course that was never passed. If all were, it is the
    first whose file does not pass as it is now; None if there is none."""
    never = (exercise for exercise in course if not progress.has_passed(exercise))
    not_now = (exercise for exercise in course if progress.standing(exercise)[0] != "passed")
    return next(never, None) or next(not_now, None)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
