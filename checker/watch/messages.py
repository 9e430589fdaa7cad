"""What passes between a watch and the processes that judge for it."""

import struct
from typing import Final

import msgspec

from checker.recording import Recording
from checker.report import ExerciseReport
from checker.submission import Source

READY: Final = b"r"
"""What a process says once, when it has warmed up."""

LENGTH: Final = struct.Struct("!Q")
"""Stands before each question and each answer."""


class Question(msgspec.Struct, frozen=True):
    """What to judge, on which backends, and what to draw the inputs from."""

    exercise: str
    source: Source
    backends: tuple[str, ...]
    seed: int


class Answer(msgspec.Struct, frozen=True):
    report: ExerciseReport | None = None
    recordings: tuple[Recording, ...] = ()
    """Of the first check that failed on each backend."""
    trouble: str = ""
    """Why there is no report: the course's doing, or ours."""
