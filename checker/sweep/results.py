"""What a sweep found, as data: a cohort, its students, and their work.

The gradebook and every export are made from this, and from nothing else.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from checker.recording import Recording
from checker.report import ExerciseReport

__all__ = ["Cohort", "ExerciseInfo", "Flag", "Isolation", "Result", "Student", "Work"]

Isolation: TypeAlias = Literal["bubblewrap", "process"]


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

    @property
    def text(self) -> str:
        """The file, with a line feed at each end of a line."""
        return self.source.replace("\r\n", "\n").replace("\r", "\n")


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
    seed: int


class Cohort(msgspec.Struct, frozen=True):
    seed: int
    isolation: Isolation
    versions: Mapping[str, str]
    """What judged: the kit, Python, anyio and trio."""
    exercises: tuple[ExerciseInfo, ...]
    students: tuple[Student, ...]
    """In the order of their names."""
    strays: tuple[str, ...] = ()
    """What could not be made out to be anybody's work, and why."""

    @property
    def results(self) -> tuple[Result, ...]:
        """That of each student, in their order."""
        return tuple(Result(student, self.exercises, self.seed) for student in self.students)
