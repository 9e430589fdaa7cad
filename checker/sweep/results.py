"""What a sweep found, as data: a cohort, its students, and their work.

The gradebook and every export are made from this, and from nothing else.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from checker.recording import Recording
from checker.report import ExerciseReport
from checker.seeds import Seed

__all__ = [
    "Cohort",
    "Correction",
    "ExerciseInfo",
    "Flag",
    "Isolation",
    "Platform",
    "Result",
    "Student",
    "TimeFrom",
    "Work",
]

Isolation: TypeAlias = Literal["bubblewrap", "process"]

Platform: TypeAlias = Literal["", "canvas", "moodle"]
"""Where work was handed in, if its name tells that."""

TimeFrom: TypeAlias = Literal["", "files", "times"]
"""What says when work was handed in: the dates of files, or a file of times, which goes before them."""


class Flag(msgspec.Struct, frozen=True):
    """Something in a submission that an instructor may want to look at. It decides nothing."""

    line: int
    what: str
    """In words, for example `imports ctypes`."""


class Work(msgspec.Struct, frozen=True):
    """What one student handed in for one exercise, and what was found."""

    report: ExerciseReport
    source: str
    """The file, as text; empty if there was none."""
    digest: str
    """SHA-256 of the file, in hexadecimal; empty if there was none."""
    flags: tuple[Flag, ...] = ()
    recordings: tuple[Recording, ...] = ()
    """For checks that failed, the runs that show it."""
    kit: str = ""
    """The fingerprint of the kit that judged it; empty if that is not known."""
    checks: str = ""
    """The fingerprint of the exercise that it was judged by; empty if that is not known."""

    @property
    def text(self) -> str:
        """The file, with a line feed at each end of a line."""
        return self.source.replace("\r\n", "\n").replace("\r", "\n")


class Correction(msgspec.Struct, frozen=True):
    """A mark that somebody gave by hand. It goes before what the checks say."""

    points: Decimal
    """For an exercise, before weights and lateness; for the whole, the final points."""
    reason: str
    by: str
    on: date
    exercise: str = ""
    """`chapter/name`; empty for the whole mark."""


class Student(msgspec.Struct, frozen=True):
    name: str
    """As the roster or the submission's folder has it; unique in a cohort."""
    group: str
    submitted: bool
    """Whether anything was handed in that could be read."""
    handed_in: float | None
    """When, in POSIX seconds, if it is known."""
    problems: tuple[str, ...]
    """What could not be read, and why."""
    works: tuple[Work, ...]
    """One for each exercise of the cohort, in its order."""
    unread: str = ""
    """The archive that could not be read, if there is one: whatever is missing may be in it."""
    time_from: TimeFrom = ""
    """What says when it was handed in."""
    said_late: bool = False
    """Whether Canvas put LATE into the name of a file."""
    platform: Platform = ""
    number: str = ""
    """By which Canvas (the ID of the user) or Moodle (the participant, who has another number for
    each assignment) tells students apart."""
    attachment: str = ""
    """The ID that Canvas gave to a file that was handed in."""
    corrections: tuple[Correction, ...] = ()
    """What was corrected by hand: at most one for each exercise, and one for the whole."""


class ExerciseInfo(msgspec.Struct, frozen=True):
    name: str
    """`chapter/name`."""
    title: str
    max_points: int


class Result(msgspec.Struct, frozen=True):
    """One student's work, and what it was to be: all that a mark or an export of it is made from."""

    student: Student
    exercises: tuple[ExerciseInfo, ...]
    """What was set, in the order of the course."""
    seed: Seed | None
    """What was drawn from; None where that is the secret of a sweep."""


class Cohort(msgspec.Struct, frozen=True):
    seed: int | None
    """What somebody wanted inputs to be drawn from; None where the sweep has a secret of its own."""
    isolation: Isolation
    versions: Mapping[str, str]
    """What judged: the kit, Python, anyio and trio."""
    exercises: tuple[ExerciseInfo, ...]
    students: tuple[Student, ...]
    """In the order of their names."""
    strays: tuple[str, ...] = ()
    """What could not be made out to be anybody's work, and why."""
    seed_digest: str = ""
    """What tells seeds apart, and nothing of them: no secret can be had from it."""

    @property
    def results(self) -> tuple[Result, ...]:
        """That of each student, in their order."""
        return tuple(Result(student, self.exercises, self.seed) for student in self.students)
