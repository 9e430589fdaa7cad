"""The trial of a mutant: the first check that it fails, on the first backend.

Only this module of the package knows how the judge works. A failure is neither repeated nor shrunk
here: nobody reads it, and one is enough.
"""

import msgspec

from checker.course import Exercise
from checker.judge.attempt import play
from checker.judge.budget import Budget
from checker.judge.case import Memory
from checker.judge.grade import seed_of
from checker.judge.launch import Program, Sandbox
from checker.judge.search.explore import PLAIN_ROUNDS, QUICK, THOROUGH
from checker.judge.setting import Setting
from checker.report import BACKENDS


class Failure(msgspec.Struct, frozen=True, tag=True):
    """The check that killed a mutant."""

    check: str
    backend: str


class Obstacle(msgspec.Struct, frozen=True, tag=True):
    """Why a mutant could not be tried: a mistake in the check, or the machine's doing."""

    check: str
    backend: str
    reason: str


def first_failure(
    exercise: Exercise, source: str, *, sandbox: Sandbox, seed: int, listed: bool = False
) -> Failure | Obstacle | None:
    """The first check that this answer fails; None if it passes them all. A quick search comes first:
    it finds most of what a thorough one does. Then come the plain worlds of a thorough one, since what
    goes wrong with many items only does so there. For what is `listed` as right after all a quick
    search is enough."""
    program = Program(source.encode(), exercise.driver or b"")
    for depth in (QUICK,) if listed else (QUICK, PLAIN_ROUNDS, THOROUGH):
        for backend in BACKENDS:
            memory: Memory = {}
            budget = Budget()
            setting = Setting(sandbox, program, backend, depth, explained=False, budget=budget)
            for check in exercise.checks:
                with budget.of(sandbox):
                    tried = play(check, setting, seed_of(check, exercise, seed), memory=memory)
                if tried.obstacle is not None:
                    return Obstacle(check.name, backend, tried.obstacle)
                if tried.failure is not None:
                    return Failure(check.name, backend)
    return None
