"""Whose work is where: every layout in which instructors have submissions.

- one folder per student: a clone of the kit, or any part of one
- one `.zip` or `.tar.gz` per student with the same in it, also inside Moodle's
  `Name_123_assignsubmission_file_`
- `<student>__<exercise>.py`, or Canvas's `name_123_456_file.py`

Only the files of exercises are used: regular ones, of limited size, not behind a link. Whatever cannot
be read is reported, never dropped.
"""

import contextlib
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from checker.course import Exercise
from checker.harmless import safe_name
from checker.submission import Source, read_below
from checker.sweep import archives, journal

MAX_ARCHIVES: Final = 10
"""How many archives in the folder of a student are opened."""

_MOODLE: Final = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(file|onlinetext)_?$")
_CANVAS: Final = re.compile(r"^(?P<name>.+?)(_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+)$")
_FLAT: Final = re.compile(r"^(?P<name>.+)__(?P<file>.+?)$")

_NAMES: Final = ("exercise.py", "solution.py")

_OF_A_CLONE: Final = {
    *("exercises", "solutions", "checker", "checker_sandbox", "tests", "docs", "benchmarks"),
    *("contrib", "build", "dist", "venv", "node_modules", "tasklings.egg-info"),
}
"""The folders that a clone of the kit may have."""

_AGAIN: Final = re.compile(r"-\d+(?=\.|$)")
"""What Canvas adds to the name of what is handed in again."""

_COPY: Final = re.compile(r" ?\(\d+\)(?=\.|$)")
"""What a browser adds to the name of what is there already."""


@dataclass
class Handed:
    """What one student handed in."""

    name: str
    group: str = ""
    sources: dict[str, Source] = field(default_factory=dict)
    """By the name of the exercise."""
    handed_in: float | None = None
    problems: list[str] = field(default_factory=list)
    in_roster: bool = True
    number: str = ""
    """By which Moodle or Canvas tell students apart, if it is in the name of what was handed in."""
    raw: str = ""
    """The name as it was, before it was made fit to be shown."""
    unread: str = ""
    """The archive that could not be read, if there is one: whatever is missing may be in it."""

    def add(self, other: "Handed") -> None:
        """Take over what was handed in elsewhere under the same name; what is there already stays."""
        for exercise, source in other.sources.items():
            if exercise in self.sources:
                self.problems.append(f"handed in {exercise} more than once; the first was taken")
            else:
                self.sources[exercise] = source
        self.problems += other.problems
        self.unread = self.unread or other.unread
        times = [time for time in (self.handed_in, other.handed_in) if time is not None]
        self.handed_in = max(times, default=None)


class Wanted:
    """The exercises that are looked for, among those of a course."""

    def __init__(self, exercises: Sequence[Exercise], course: Sequence[Exercise] = ()) -> None:
        self.exercises = exercises
        self.alone = len(exercises) == 1
        """Whether there is one, so that a file of any name will do: but that of another."""
        self._named = {exercise.short_name for exercise in exercises}
        self._others = {exercise.short_name for exercise in course if exercise not in exercises}

    def called(self, named: str) -> Exercise | None:
        """The exercise that a file is named after; Canvas numbers what is handed in again."""
        named = _folded(_AGAIN.sub("", named))
        for exercise in self.exercises:
            if named in (exercise.short_name, f"{exercise.chapter}__{exercise.short_name}"):
                return exercise
        return self.exercises[0] if self.alone and named in ("exercise", "solution") else None

    def is_of_another(self, path: str) -> bool:
        """Whether a file is named after an exercise that is not looked for, or lies in its folder."""
        *above, name = _folded(_AGAIN.sub("", path)).split("/")
        stem = name.partition(".")[0].rpartition("__")[2]
        if stem in self._named:
            return False
        return stem in self._others or (bool(above) and above[-1] in self._others)


def find_work(path: Path, wanted: Wanted, strays: list[str]) -> Iterator[Handed]:
    """What was handed in at a path; what is not clear to be anybody's work is added to `strays`."""
    if not path.is_dir():
        yield from _of_file(path, wanted, strays)
        return
    if _is_submission(path, wanted.exercises):
        yield _of_folder(path, path.resolve().name, wanted)
        return
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        inner = path / entry.name
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            continue  # What systems leave behind.
        if entry.is_symlink():
            strays.append(f"{safe_name(entry.name)}: a link, which is not followed")
        elif entry.is_dir():
            moodle = _MOODLE.match(entry.name)
            handed = _of_folder(inner, moodle["name"] if moodle else entry.name, wanted)
            handed.number = moodle["number"] if moodle else ""
            if not handed.sources and (inner / journal.NAME).exists():
                strays.append(f"{safe_name(entry.name)}: what a sweep has written")
            else:
                yield handed
        elif entry.is_file():
            yield from _of_file(inner, wanted, strays)
        else:
            strays.append(f"{safe_name(entry.name)}: not a regular file")


def _is_submission(path: Path, exercises: Sequence[Exercise]) -> bool:
    """Whether a folder is somebody's work itself, and not a folder of such folders: it has chapters in
    it, and no folder that a clone has not, which would be somebody else's."""
    chapters = {exercise.chapter for exercise in exercises}
    folders = {entry.name for entry in os.scandir(path) if entry.is_dir()}
    folders = {name for name in folders if not name.startswith((".", "__"))}
    above = path / "exercises" if "exercises" in folders else path
    return folders <= chapters | _OF_A_CLONE and any((above / name).is_dir() for name in chapters)


def _of_file(path: Path, wanted: Wanted, strays: list[str]) -> Iterator[Handed]:
    archive = next(
        (suffix for suffix in archives.SUFFIXES if path.name.lower().endswith(suffix)), None
    )
    if archive is not None:
        stem = path.name[: -len(archive)]
        canvas = _CANVAS.match(stem)
        handed = _of_archive(path, canvas["name"] if canvas else stem, wanted)
        handed.number = canvas["number"] if canvas else ""
        yield handed
        return
    if path.suffix.lower() != ".py":
        strays.append(f"{safe_name(path.name)}: neither a Python file nor an archive")
        return
    exercise: Exercise | None = None
    of_another = wanted.is_of_another(path.name)
    whose, number = path.stem, ""
    for pattern in (_CANVAS, _FLAT):
        found = pattern.match(path.stem)
        if found is None:
            continue
        exercise = wanted.called(found["file"])
        of_another = exercise is None and wanted.is_of_another(found["file"])
        if exercise is not None or of_another:
            whose = found["name"]
            number = found["number"] if pattern is _CANVAS else ""
            break
    if exercise is None and wanted.alone and not of_another:
        exercise = wanted.exercises[0]
    if exercise is None and not of_another:
        strays.append(
            f"{safe_name(path.name)}: no exercise of the course is named in it; "
            "name it <student>__<exercise>.py, or say --exercise NAME"
        )
        return
    if exercise is not None:
        whose = whose.removesuffix(f"__{exercise.chapter}")
    handed = _handed(whose)
    handed.number = number
    if exercise is not None:
        handed.handed_in = path.stat().st_mtime
        source = read_below(path.parent, Path(path.name))
        handed.sources[exercise.name] = _renamed(source, exercise)
    yield handed


# --- one student --------------------------------------------------------------------------------


def _handed(name: str) -> Handed:
    return Handed(safe_name(name), raw=unicodedata.normalize("NFC", name))


def _of_folder(path: Path, name: str, wanted: Wanted) -> Handed:
    handed = _handed(name)
    seen: list[str] = []
    files: dict[str, archives.Reader] = {}
    packed = []
    for below in _walk(path, wanted.exercises, handed.problems):
        seen.append(below.as_posix())
        if below.name.lower().endswith(archives.SUFFIXES):
            packed.append(below)
        elif below.suffix.lower() == ".py":
            files[below.as_posix()] = lambda below=below: read_below(path, below)  # type: ignore[misc]
    taken = _take(files, wanted, handed)
    handed.handed_in = max(((path / name).lstat().st_mtime for name in taken), default=None)
    if len(packed) > MAX_ARCHIVES:
        handed.problems.append(f"it has {len(packed)} archives; {MAX_ARCHIVES} were opened")
    for below in packed[:MAX_ARCHIVES]:
        handed.add(_of_archive(path / below, name, wanted))
    if not packed:
        _tell_what_was_not_taken(seen, wanted, handed)
    return handed


def _tell_what_was_not_taken(seen: Sequence[str], wanted: Wanted, handed: Handed) -> None:
    """Say so, if there are files and none of them was taken for work."""
    names = [name for name in seen if not wanted.is_of_another(name)]
    if handed.sources or not names or handed.problems:
        return
    many = (
        f"there are {len(names)} files, none of them" if len(names) > 1 else "its one file is not"
    )
    handed.problems.append(
        f"{many} named after an exercise ({safe_name(names[0])}{', ...' if names[1:] else ''}); "
        "<exercise>.py or <exercise>/exercise.py would be, or any name with --exercise NAME"
    )


def _walk(path: Path, exercises: Sequence[Exercise], problems: list[str]) -> Iterator[Path]:
    """The files below a folder, the shallowest first; through no link. What is called like work and
    is something else is told."""
    work = {"exercises", "exercise", "solution"}
    work |= {name for e in exercises for name in (e.chapter, e.short_name)}
    level = [Path()]
    seen = 0
    for _ in range(archives.MAX_DEPTH):
        following: list[Path] = []
        for folder in level:
            try:
                entries = sorted(os.scandir(path / folder), key=lambda entry: entry.name)
            except OSError as error:
                problems.append(f"{safe_name(str(folder))} cannot be read: {error.strerror}")
                continue
            for entry in entries:
                seen += 1
                if seen > archives.MAX_ENTRIES:
                    problems.append(
                        f"it has more than {archives.MAX_ENTRIES:,} files; the rest was not read"
                    )
                    return
                below = folder / entry.name
                if entry.is_symlink():
                    if below.stem in work or entry.name.lower().endswith(archives.SUFFIXES):
                        problems.append(f"{safe_name(str(below))} is a link, which is not followed")
                elif entry.is_dir():
                    if entry.name in _NAMES:
                        problems.append(f"{safe_name(str(below))} is a folder; it must be a file")
                    elif entry.name not in archives.SKIPPED:
                        following.append(below)
                elif entry.is_file(follow_symlinks=False):
                    yield below
                elif below.stem in work:
                    problems.append(f"{safe_name(str(below))} is not a regular file")
        level = following


def _of_archive(path: Path, name: str, wanted: Wanted) -> Handed:
    handed = _handed(name)
    with contextlib.suppress(OSError):  # The reading of it tells that.
        handed.handed_in = path.lstat().st_mtime
    seen, whole = archives.read_archive(
        path, lambda files: _take(files, wanted, handed), handed.problems
    )
    if not whole:
        handed.unread = safe_name(path.name)
    _tell_what_was_not_taken(seen, wanted, handed)
    return handed


def _take(files: Mapping[str, archives.Reader], wanted: Wanted, handed: Handed) -> list[str]:
    """Take the file of each exercise, and say which were taken."""
    taken = []
    for exercise in wanted.exercises:
        found = _files_of(exercise, files, wanted)
        if not found:
            continue
        if len(found) > 1:
            handed.problems.append(
                f"{exercise.name} is there {len(found)} times; {safe_name(found[0])} was taken"
            )
        handed.sources[exercise.name] = _renamed(files[found[0]](), exercise)
        taken.append(found[0])
    return taken


def _files_of(
    exercise: Exercise, files: Mapping[str, archives.Reader], wanted: Wanted
) -> list[str]:
    """The files that may be this exercise's, of the most telling kind of name; the likeliest first."""
    telling = [
        *(f"{exercise.chapter}/{exercise.short_name}/{name}" for name in _NAMES),
        *(f"{exercise.short_name}/{name}" for name in _NAMES),
        f"{exercise.chapter}/{exercise.short_name}.py",
        f"{exercise.short_name}.py",
        f"{exercise.chapter}__{exercise.short_name}.py",
    ]
    own = [name for name in files if not wanted.is_of_another(name)]
    if wanted.alone:
        telling += _NAMES
    for ending in telling:
        found = [name for name in own if f"/{_folded(name)}".endswith(f"/{ending}")]
        if found:
            depth = min(name.count("/") for name in found)
            shallow = [name for name in found if name.count("/") == depth]
            return sorted(shallow, key=lambda name: (not name.endswith(ending), name))
    return own if wanted.alone and len(own) == 1 else []


def _folded(path: str) -> str:
    """A path without what differs between systems, browsers and people: case, hyphens, `x (1).py`."""
    return _COPY.sub("", path).lower().replace("-", "_")


def _renamed(source: Source, exercise: Exercise) -> Source:
    """The same with the path that every submission's report shows, so that equal files have equal
    reports."""
    return Source(
        f"{exercise.name}/exercise.py",
        source.content,
        source.fault,
        source.obstacle,
        source.missing,
    )
