"""Collecting a cohort: what everybody handed in, wherever it may be, and who handed in nothing."""

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import Final

from checker.course import Exercise
from checker.submission import Source
from checker.sweep.layouts import Handed, Wanted, find_work
from checker.sweep.rosters import read_roster

MAX_PROBLEMS: Final = 20
"""How many are reported per student."""


class CollectError(Exception):
    """There is nothing to sweep at a path; the text says what would do."""


def collect(
    paths: Sequence[Path],
    exercises: Sequence[Exercise],
    *,
    course: Sequence[Exercise] = (),
    roster: Path | None = None,
    only: Sequence[str] = (),
) -> tuple[list[Handed], list[str]]:
    """The students of a cohort by name, with what they handed in for `exercises` (of a `course`, whose
    other ones are nobody's work for these), and what could not be made out to be anybody's work.

    Raises `CollectError` and `RosterError`.
    """
    wanted = Wanted(exercises, course)
    students: dict[str, Handed] = {}
    strays: list[str] = []
    listed = read_roster(roster) if roster is not None else {}
    for path in paths:
        if not path.exists():
            raise CollectError(f"{path} does not exist")
        found = [*find_work(path, wanted, strays)]
        if path.is_file() and any(handed.several for handed in found):
            raise CollectError(
                f"{path} holds the work of several students: unpack it into a folder, and sweep that; "
                "if all of it is one student's, sweep the folder that it is in"
            )
        for handed in _told_apart(found, strays):
            if handed.name in students:
                _tell_what_is_lost(students[handed.name], handed, strays)
                students[handed.name].add(handed)
            else:
                students[handed.name] = handed
    for student in students.values():
        _leave_open(student, exercises)
    for name, group in listed.items():
        students.setdefault(name, Handed(name)).group = group
    if listed:
        for student in students.values():
            student.in_roster = student.name in listed
            if not student.in_roster:
                student.problems.append("is not in the roster")
    for student in students.values():
        told = [*dict.fromkeys(student.problems)]
        student.problems = told[:MAX_PROBLEMS]
        if len(told) > MAX_PROBLEMS:
            student.problems.append(f"and {len(told) - MAX_PROBLEMS} problems more")
    if only:
        missing = [name for name in only if name not in students]
        if missing:
            raise CollectError(f"nobody handed in anything as {missing[0]!r}")
        students = {name: students[name] for name in only}
    if not students:
        raise CollectError(
            f"{paths[0]} holds no submission; give a folder with a folder, an archive or a file "
            "<student>__<exercise>.py for each student"
        )
    return sorted(students.values(), key=lambda student: student.name), strays


def _leave_open(student: Handed, exercises: Sequence[Exercise]) -> None:
    """What may be in an archive that could not be read is not graded, which is no mark."""
    if student.unread:
        obstacle = f"{student.unread} could not be read; ask for it again"
        for exercise in exercises:
            missing = Source(f"{exercise.name}/exercise.py", obstacle=obstacle)
            student.sources.setdefault(exercise.name, missing)


def _tell_what_is_lost(first: Handed, then: Handed, strays: list[str]) -> None:
    """Say what is not taken, where two seem to be one: whoever comes first may not be who it seems."""
    if first.raw != then.raw:
        strays.append(
            f"{then.name} as somebody else, though the name is not written as before, with the same "
            "characters; look whether it is one student"
        )
    for exercise, source in then.sources.items():
        was = first.sources.get(exercise, source)
        if (was.content, was.fault, was.obstacle) != (
            *(source.content, source.fault, source.obstacle),
        ):
            strays.append(
                f"{exercise} of {then.name} in another place, where it is not the same; keep the one that "
                "counts, and sweep again"
            )


def _told_apart(found: list[Handed], strays: list[str]) -> list[Handed]:
    """Give students who have the same name one each. The numbers of one differ from assignment to
    assignment, so this is for what was handed out together. Where only the characters of a name tell
    them apart, nobody can see which is whose, and `strays` says so."""
    who: dict[str, set[tuple[str, str]]] = {}
    for handed in found:
        who.setdefault(handed.name, set()).add((handed.number, handed.raw))
    taken = set(who)
    named: dict[tuple[str, str, str], str] = {}
    for handed in sorted(found, key=lambda handed: (handed.raw != handed.name, handed.raw)):
        numbers = {number for number, _ in who[handed.name]}
        raws = {raw for _, raw in who[handed.name]}
        if len(numbers) == 1 and len(raws) > 1:
            handed.problems.append(
                "others have a name that looks the same and is written with other characters; look "
                "whose this is"
            )
        if len(numbers) == 1 and (len(raws) == 1 or handed.raw == handed.name):
            continue
        one = (handed.name, handed.number, handed.raw if len(raws) > 1 else "")
        if one not in named:
            marks = iter([handed.number] if handed.number else [])
            counted = (str(n) for n in count(2))
            named[one] = next(
                name
                for mark in chain(marks, counted)
                if (name := f"{handed.name} ({mark})") not in taken
            )
            taken.add(named[one])
        handed.name = named[one]
        handed.problems.append("others have the same name, so a number was put behind it")
    for name, those in sorted(who.items()):
        if len({number for number, _ in those}) == 1 and len({raw for _, raw in those}) > 1:
            strays.append(
                f"{len(those)} that all look like {name} as one student: their names are written with "
                "different characters, and a number tells them apart; look whose is whose"
            )
    return found
