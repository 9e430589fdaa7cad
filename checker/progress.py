"""How far a learner is: kept in `.checker/progress.json` in the course, and never trusted.

Only `checker list` and `checker hint` use it. If it is lost or damaged, nothing else suffers.
"""

import contextlib
import hashlib
import os
from collections.abc import Sequence

import msgspec

from checker.course import Course, Exercise
from checker.report import BACKENDS, ExerciseReport
from checker.submission import Source


class _Standing(msgspec.Struct):
    """What is known about one exercise. A result counts only as long as the file is the same."""

    digest: str = ""
    status: str = ""
    points: int = 0
    hints: int = 0


class Progress:
    """The standing of every exercise of a course, read when made and written when changed."""

    def __init__(self, course: Course) -> None:
        self._path = course.root / ".checker" / "progress.json"
        self._standings: dict[str, _Standing] = {}
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            self._standings = msgspec.json.decode(
                self._path.read_bytes(), type=dict[str, _Standing]
            )

    def record(
        self,
        work: Sequence[tuple[Exercise, Source]],
        reports: Sequence[ExerciseReport],
        backends: Sequence[str],
    ) -> None:
        """Note the results of a grading on all backends."""
        if tuple(backends) != BACKENDS:
            return
        for (exercise, source), report in zip(work, reports, strict=True):
            standing = self._standings.setdefault(exercise.name, _Standing())
            standing.digest = _digest(source.content)
            standing.status = report.status
            standing.points = report.points
        self._write()

    def standing(self, exercise: Exercise) -> tuple[str, int]:
        """The status of an exercise's file as it is now, and its points: `passed`, `failed`,
        `not_graded`, `not_started`, or `changed` since it was last graded."""
        try:
            content = exercise.file.read_bytes()
        except OSError:
            return "not_started", 0
        if exercise.is_untouched(content):
            return "not_started", 0
        standing = self._standings.get(exercise.name)
        if standing is None or standing.digest != _digest(content):
            return "changed", 0
        return standing.status, standing.points

    def take_hint(self, exercise: Exercise) -> int:
        """How many hints to show now: one more than the last time, at most all of them; and all of
        them where nothing can be remembered."""
        standing = self._standings.setdefault(exercise.name, _Standing())
        standing.hints = min(standing.hints + 1, len(exercise.metadata.hints))
        return standing.hints if self._write() else len(exercise.metadata.hints)

    def _write(self) -> bool:
        # A course that cannot be written to can still be graded.
        try:
            self._path.parent.mkdir(exist_ok=True)
            temporary = self._path.with_suffix(f".{os.getpid()}")
            temporary.write_bytes(msgspec.json.encode(self._standings))
            temporary.replace(self._path)
        except OSError:
            return False
        return True


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
