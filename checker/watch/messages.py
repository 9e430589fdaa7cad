"""What passes between a watch and the processes that judge for it."""

import struct
from typing import Final, TypeAlias

import msgspec

from checker.recording import Played, Recording
from checker.report import ExerciseReport
from checker.seeds import Seed
from checker.submission import Source

READY: Final = b"r"
"""What a process says once, when it has warmed up."""

LENGTH: Final = struct.Struct("!Q")
"""Stands before each job and each answer."""


class Grade(msgspec.Struct, frozen=True, tag=True):
    """What to judge, on which backends, and what to draw the inputs from."""

    exercise: str
    source: Source
    backends: tuple[str, ...]
    seed: Seed


class Play(msgspec.Struct, frozen=True, tag=True):
    """An exercise whose starter is to be played, for the question about it."""

    exercise: str


Job: TypeAlias = Grade | Play


class Answer(msgspec.Struct, frozen=True):
    report: ExerciseReport | None = None
    recordings: tuple[Recording, ...] = ()
    """Of the first check that failed on each backend."""
    played: Played | None = None
    trouble: str = ""
    """Why there is neither: the course's doing, or ours."""
