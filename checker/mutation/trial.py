"""What becomes of a mutant: the first check that it fails, on the first backend.

This is all that mutation knows of the judge. A failure need not be repeated or shrunk here: nobody
reads it, and one is enough.
"""

import time
from dataclasses import dataclass

from checker.course import Exercise
from checker.judge.attempt import play
from checker.judge.case import Setting
from checker.judge.grade import BUDGET, seed_of
from checker.judge.launch import Program, Sandbox, SandboxError
from checker.report import BACKENDS


@dataclass(frozen=True)
class Failure:
    """The check that killed a mutant."""

    backend: str
    check: str


def first_failure(
    exercise: Exercise, source: bytes, *, sandbox: Sandbox, seed: int
) -> Failure | None:
    """The first check that this answer fails; None if it passes them all. Raises `SandboxError`."""
    program = Program(source, exercise.driver or b"")
    for backend in BACKENDS:
        setting = Setting(sandbox, program, backend, until=time.monotonic() + BUDGET)
        for check in exercise.checks:
            tried = play(check, setting, seed_of(check, exercise, seed))
            if tried.obstacle is not None:
                raise SandboxError(tried.obstacle)
            if tried.failure is not None:
                return Failure(backend, check.name)
    return None
