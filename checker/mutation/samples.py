"""What learners read of mutants: of each family the first one that a quick grade catches.

Nobody writes exactly these, but people make mistakes of their kinds; and who reads what is said of them
sees whether the messages of an exercise fit mistakes that its author did not think of.
"""

import contextlib
from collections.abc import Sequence
from typing import Final

from checker import messages
from checker.course import Exercise
from checker.judge.grade import Judging
from checker.judge.launch import Sandbox
from checker.judge.pool import spread
from checker.mutation.families import FAMILIES
from checker.mutation.mutants import Mutant
from checker.mutation.survey import SEED, Survey
from checker.report import BACKENDS, CheckReport
from checker.submission import Source

FILE: Final = "docs/mutants.md"

_HEAD: Final = f"""\
# What learners read of mutants, on {messages.PYTHON}

`checker mutate` makes wrong answers of right ones, by machine and in families. Of each family this is
the first one of an exercise that a quick grade catches, and what it is told, with seed {SEED}. What is told
of the mistakes that people make is in [messages.md](messages.md). This page is written by
`checker mutate --accept`.
"""


_Samples = list[tuple[str, CheckReport]]


def describe(surveys: Sequence[Survey], sandboxes: Sequence[Sandbox]) -> str:
    """The page, from the surveys of all exercises."""
    units = [
        (survey.exercise, family, [fate.mutant for fate in survey.fates if fate.is_killed])
        for survey in surveys
        for family in FAMILIES
    ]

    def sample(unit: tuple[Exercise, str, list[Mutant]], sandbox: Sandbox) -> _Samples:
        exercise, family, mutants = unit
        return _first_caught(exercise, [m for m in mutants if m.family == family], sandbox)

    found = spread(units, sandboxes, sample, _Samples)
    sections = []
    with contextlib.closing(found):
        for survey in surveys:
            samples = [one for _ in FAMILIES for one in next(found)]
            sections.append(messages.section(survey.exercise, samples))
    return messages.SECTION.join([_HEAD, *sections])


def _first_caught(exercise: Exercise, mutants: Sequence[Mutant], sandbox: Sandbox) -> _Samples:
    for mutant in mutants:
        source = Source("exercise.py", mutant.source.encode())
        for backend in BACKENDS:
            judging = Judging(exercise, source, backend, SEED)
            for number in range(len(exercise.checks)):
                report, _ = judging.judge(number, sandbox)
                if report.status == "failed":
                    return [(f"{mutant.kind} ({mutant.file}: {mutant.place})", report)]
    return []
