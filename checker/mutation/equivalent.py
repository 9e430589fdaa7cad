"""Mutants that are right after all, with the reasons, as listed in `equivalent.toml` beside a solution.

    [[equivalent]]
    reason = "The brief says that the server takes at most two minutes."
    mutants = ["068e79eb solution.py: sign_up: timeouts: raises TimeoutError after 1,000 s"]

    [[equivalent]]
    reason = "The brief does not say how long the program may take."
    kinds = ["leftovers: sleeps 0.001 s first"]

    [[equivalent]]
    reason = "Nobody cancels it, as the brief says."
    families = ["cancellation"]

`mutants` names single mutants; `kinds` names changes that the brief leaves open, in whatever file and
function; `families` names all kinds of a family. The list must match the code: it is wrong if it names
a mutant that does not exist or that a check kills, or a kind or a family without survivors.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from checker.course import CourseError, Exercise, read_toml
from checker.mutation.mutants import Mutant

FILE: Final = "equivalent.toml"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    mutants: list[str] = []
    kinds: list[str] = []
    families: list[str] = []


class _List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `equivalent.toml` holds."""

    equivalent: list[_Entry] = []


@dataclass(frozen=True)
class Equivalents:
    """The reasons why mutants are right, by their labels, their kinds and their families."""

    mutants: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)

    def reason(self, mutant: Mutant) -> str | None:
        """Why this mutant is right, if it is listed."""
        return (
            self.mutants.get(mutant.label)
            or self.kinds.get(mutant.kind)
            or self.families.get(mutant.family)
        )

    def excuses(self, kind: str) -> bool:
        """Whether all mutants of this kind or family are listed as right."""
        return kind in self.kinds or kind in self.families


def load(exercise: Exercise) -> Equivalents:
    """The list of an exercise; an empty one if it has none. Raises `CourseError`."""
    path = exercise.solutions / FILE
    if not path.exists():
        return Equivalents()
    listed: _List = read_toml(path, _List)
    found = Equivalents()
    for entry in listed.equivalent:
        named = [*entry.mutants, *entry.kinds, *entry.families]
        if not named:
            raise CourseError(f"{path}: an entry names no mutants, kinds or families")
        if not entry.reason.strip():
            raise CourseError(f"{path}: no reason is given for {named[0]!r}")
        for names, into in (
            (entry.mutants, found.mutants),
            (entry.kinds, found.kinds),
            (entry.families, found.families),
        ):
            for name in names:
                if name in into:
                    raise CourseError(f"{path}: {name!r} is listed twice")
                into[name] = entry.reason
    return found


def describe(mutants: Sequence[Mutant]) -> str:
    """An entry for these mutants, to be pasted into the list and given a reason."""
    names = "".join(f"    {_quoted(mutant.label)},\n" for mutant in mutants)
    return f'[[equivalent]]\nreason = ""\nmutants = [\n{names}]\n'


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
