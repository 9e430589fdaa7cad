"""Which mutants of an exercise survive: its mutation score.

Mutants are tried on both backends, with one seed. A mutant that passes every check is a hole in the
checks, unless it is right after all and listed with the reason (see `equivalent`). Where a kind or a
whole family is listed, one survivor proves that the entry is true, and the others are not tried.
"""

import ast
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from checker.course import CourseError, Exercise
from checker.judge.launch import Sandbox
from checker.judge.pool import spread
from checker.mutation.equivalent import FILE, Equivalents, load
from checker.mutation.families import FAMILIES
from checker.mutation.mutants import Mutant, generate_all
from checker.mutation.source_text import Change, SourceText
from checker.mutation.trial import Failure, Obstacle, first_failure

SEED: Final = 1


@dataclass(frozen=True)
class Fate:
    """The fate of a mutant."""

    mutant: Mutant
    outcome: Failure | Obstacle | None
    """None if it survived, or was not tried since another one that the same entry excuses did."""
    reason: str | None = None
    """Why it is right, if it is listed."""

    @property
    def is_killed(self) -> bool:
        return isinstance(self.outcome, Failure)

    @property
    def is_a_hole(self) -> bool:
        """Whether it survived without a reason."""
        return self.outcome is None and self.reason is None


Finding: TypeAlias = tuple[Path, str]
"""What is to be fixed, after the file that it is about."""


@dataclass(frozen=True)
class Survey:
    """The fates of the mutants of an exercise."""

    exercise: Exercise
    fates: tuple[Fate, ...]
    faults: tuple[Finding, ...] = ()
    """What is wrong with its files: an answer that is no Python, a list of equivalent mutants that is
    not true."""

    @property
    def killed(self) -> int:
        return sum(fate.is_killed for fate in self.fates)

    @property
    def equivalent(self) -> int:
        return sum(fate.reason is not None for fate in self.fates)

    @property
    def holes(self) -> list[Fate]:
        return [fate for fate in self.fates if fate.is_a_hole]

    @property
    def score(self) -> float:
        """The share of wrong mutants that the checks kill, from 0 to 1."""
        wrong = len(self.fates) - self.equivalent
        return self.killed / wrong if wrong else 1.0

    def findings(self) -> Iterator[Finding]:
        """What is to be fixed."""
        yield from self.faults
        for fate in self.fates:
            yield from _findings(self.exercise, fate)


def _findings(exercise: Exercise, fate: Fate) -> Iterator[Finding]:
    mutant, path = fate.mutant, exercise.solutions / fate.mutant.file
    if isinstance(fate.outcome, Obstacle):
        where = f"{fate.outcome.check} on {fate.outcome.backend}"
        yield path, f"a mutant could not be tried by {where}: {fate.outcome.reason}"
    elif fate.is_a_hole:
        yield path, f"a mutant survives: {mutant.place}: {mutant.kind}\n{mutant.diff}"


def survey(
    exercises: Sequence[Exercise],
    *,
    sandboxes: Sequence[Sandbox],
    seed: int = SEED,
    families: Mapping[str, Callable[[SourceText], Iterator[Change]]] = FAMILIES,
    tried: Callable[[int, int], None] = lambda done, total: None,
    found: Callable[[Finding], None] = lambda finding: None,
) -> Iterator[Survey]:
    """Try all mutants of these exercises, in as many sandboxes at a time as there are, and yield what
    became of them, in the order of the exercises. `tried` is told how many are done, of how many; `found`
    is told at once of each mutant that survives without a reason, or could not be tried."""
    work = [(exercise, *_mutants(exercise, families)) for exercise in exercises]
    split = [_split(mutants, _listed(exercise)) for exercise, mutants, _ in work]
    total, done = sum(len(mutants) for _, mutants, _ in work), 0
    units = [
        (exercise, group)
        for (exercise, _, _), groups in zip(work, split, strict=True)
        for group in groups
    ]

    def attempt(unit: tuple[Exercise, _Group], sandbox: Sandbox) -> list[_Outcome]:
        return _attempt(*unit, sandbox, seed)

    outcomes = spread(units, sandboxes, attempt, list[_Outcome])
    with contextlib.closing(outcomes):
        for (exercise, mutants, faults), groups in zip(work, split, strict=True):
            came: dict[str, _Outcome] = {}
            for group in groups:
                for mutant, outcome in zip(group.mutants, next(outcomes), strict=True):
                    came[mutant.label] = outcome
                    if not group.is_listed:
                        for finding in _findings(exercise, Fate(mutant, outcome)):
                            found(finding)
                done += len(group.mutants)
                tried(done, total)
            yield _judge(exercise, [(m, came[m.label]) for m in mutants], families, faults)


_Outcome: TypeAlias = Failure | Obstacle | None


@dataclass(frozen=True)
class _Group:
    """Mutants that are tried one after the other, until one survives: a single one, or all that an
    entry of the list excuses."""

    mutants: list[Mutant]
    is_listed: bool


def _split(mutants: Sequence[Mutant], listed: Equivalents) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for mutant in mutants:
        key = mutant.label
        if key not in listed.mutants:
            key = next((kind for kind in (mutant.kind, mutant.family) if listed.excuses(kind)), key)
        group = groups.setdefault(key, _Group([], listed.reason(mutant) is not None))
        group.mutants.append(mutant)
    return list(groups.values())


def _attempt(exercise: Exercise, group: _Group, sandbox: Sandbox, seed: int) -> list[_Outcome]:
    outcomes: list[_Outcome] = []
    for mutant in group.mutants:
        outcome = first_failure(
            exercise, mutant.source, sandbox=sandbox, seed=seed, listed=group.is_listed
        )
        outcomes.append(outcome)
        if outcome is None:
            break
    return outcomes + [None] * (len(group.mutants) - len(outcomes))


def _listed(exercise: Exercise) -> Equivalents:
    """The mutants that are listed as right after all."""
    try:
        return load(exercise)
    except CourseError:
        return Equivalents()  # Reported where the list is compared with the fates.


def _mutants(
    exercise: Exercise, families: Mapping[str, Callable[[SourceText], Iterator[Change]]]
) -> tuple[list[Mutant], tuple[Finding, ...]]:
    """The mutants of the right answers, and which of these are no Python."""
    folder = exercise.solutions
    sources, faults = {}, []
    for path in (folder / "solution.py", *sorted((folder / "alternatives").glob("*.py"))):
        try:
            text = path.read_text(encoding="utf-8")
            ast.parse(text)
        except OSError as error:
            faults.append((path, f"cannot be read: {error.strerror}"))
        except (SyntaxError, ValueError) as error:
            faults.append((path, f"is not Python: {error}"))
        else:
            sources[path.relative_to(folder).as_posix()] = text
    return list(generate_all(sources, families)), tuple(faults)


def _judge(
    exercise: Exercise,
    found: Sequence[tuple[Mutant, _Outcome]],
    families: Mapping[str, object],
    faults: tuple[Finding, ...],
) -> Survey:
    path = exercise.solutions / FILE
    try:
        listed = load(exercise)
    except CourseError as error:
        faults = (*faults, (path, str(error)))
        return Survey(exercise, tuple(Fate(*one) for one in found), faults)
    fates = tuple(
        Fate(mutant, outcome, listed.reason(mutant) if outcome is None else None)
        for mutant, outcome in found
    )
    untrue = tuple((path, text) for text in _untrue(listed, fates, families))
    return Survey(exercise, fates, (*faults, *untrue))


def _untrue(
    listed: Equivalents, fates: Sequence[Fate], families: Mapping[str, object]
) -> Iterator[str]:
    """Which entries of the list are not so, of the families that were tried."""
    by_label = {fate.mutant.label: fate for fate in fates}
    now = {(v.mutant.file, v.mutant.digest): v.mutant.label for v in fates}
    for label in listed.mutants:
        fate = by_label.get(label)
        digest, _, rest = label.partition(" ")
        file, _, rest = rest.partition(": ")
        family = rest.partition(": ")[2].partition(":")[0]
        if fate is None and (file, digest) in now:
            yield f"{label!r} is called {now[file, digest]!r} now"
        elif fate is None and (family in families or family not in FAMILIES):
            yield f"there is no mutant {label!r}; take it out"
        elif fate is not None and isinstance(fate.outcome, Failure):
            yield (
                f"{label!r} is killed by {fate.outcome.check} on {fate.outcome.backend}; take "
                "it out, or fix the check if the mutant is right"
            )
    survive = [fate.mutant for fate in fates if fate.outcome is None]
    for what, names, survivors in (
        ("kind", listed.kinds, {mutant.kind for mutant in survive}),
        ("family", listed.families, {mutant.family for mutant in survive}),
    ):
        for name in names:
            family = name.partition(":")[0]
            if name not in survivors and (family in families or family not in FAMILIES):
                yield f"no mutant of the {what} {name!r} survives; take it out"
