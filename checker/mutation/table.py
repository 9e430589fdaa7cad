"""The mutation scores of a course, as a page of its documentation."""

from collections.abc import Sequence
from typing import Final

from checker.mutation.families import FAMILIES
from checker.mutation.survey import SEED, Survey

FILE: Final = "docs/mutation.md"

_HEAD: Final = f"""\
# What the checks catch

`checker mutate` turns right answers into wrong ones by machine: the solution of each exercise, and every
alternative. A mutant is *killed* if it fails a check on asyncio or on trio, with seed {SEED}. A mutant that
is right after all, because the brief allows what it does, is *equivalent*, and `equivalent.toml` beside
the solution says why; if that lists a whole kind, its mutants are tried until one survives. The score is
the share of killed mutants among those that are not equivalent.

`checker mutate --accept` writes this page.

| exercise | mutants | killed | equivalent | survive | score |
| --- | ---: | ---: | ---: | ---: | ---: |
"""


def describe(surveys: Sequence[Survey]) -> str:
    """The page, from the surveys of all exercises."""
    rows = [
        _row(
            f"`{survey.exercise.name}`",
            len(survey.fates),
            survey.killed,
            survey.equivalent,
            len(survey.holes),
            percent(survey),
        )
        for survey in surveys
    ]
    families = list(FAMILIES)
    parts = [
        _HEAD,
        *rows,
        "\n## By family\n\nKilled, of those that are not equivalent.\n\n",
        _row("exercise", *families),
        _row("---", *("---:" for _ in families)),
    ]
    for survey in surveys:
        cells = []
        for family in families:
            wrong = [
                fate
                for fate in survey.fates
                if fate.mutant.family == family and fate.reason is None
            ]
            killed = sum(fate.is_killed for fate in wrong)
            cells.append(f"{killed} of {len(wrong)}" if wrong else "")
        parts.append(_row(f"`{survey.exercise.short_name}`", *cells))
    return "".join(parts)


def percent(survey: Survey) -> str:
    """The score, rounded down: 100 % are all."""
    return f"{int(survey.score * 1000) / 10:g} %"


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |\n"
