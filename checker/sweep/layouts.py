"""Whose work is where: every layout in which instructors have submissions.

- one folder per student: a clone of the kit, or any part of one
- one `.zip` or `.tar.gz` per student with the same in it, also inside Moodle's
  `Name_123_assignsubmission_file_`
- `<student>__<exercise>.py`, or Canvas's `name_123_456_file.py`

Only the files of exercises are used: regular ones, of limited size, not behind a link. Whatever cannot
be read is reported, never dropped.
"""

import contextlib
import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, takewhile
from pathlib import Path
from typing import Final, TypeAlias

from checker.course import Exercise
from checker.harmless import encodable, safe_name
from checker.submission import Source, read_below
from checker.sweep import archives, journal
from checker.sweep.limited import SECONDS, Limited, Unreadable
from checker.sweep.results import Platform

MAX_ARCHIVES: Final = 10
"""How many archives in the folder of a student are opened."""

MAX_PROBLEMS: Final = 1_000
"""How many are told of an archive; fewer are shown."""

_MOODLE: Final = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(file|onlinetext)_?$")
_OF_MOODLE: Final = re.compile(r"_\d+_assignsubmission_(file|onlinetext)_")
_CANVAS: Final = re.compile(
    r"^(?P<name>.+?)(?P<late>_LATE)?_(?P<number>\d+)_(?P<attachment>\d+)_(?P<file>.+)$"
)
_FLAT: Final = re.compile(r"^(?P<name>.+)__(?P<file>.+?)$")

_NAMES: Final = ("exercise.py", "solution.py")

_OF_A_CLONE: Final = {
    *("exercises", "solutions", "checker", "checker_sandbox", "tests", "docs", "documentation"),
    *("benchmarks", "contrib", "build", "dist", "venv", "node_modules", "tasklings.egg-info"),
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
    platform: Platform = ""
    attachment: str = ""
    """By which Canvas knows a file that was handed in."""
    said_late: bool = False
    """Whether Canvas says in the name that it came late."""
    raw: str = ""
    """The name as it was, before it was made fit to be shown."""
    unread: str = ""
    """The archive that could not be read, if there is one: whatever is missing may be in it."""
    several: bool = False
    """Whether it is an archive that looks as if it held the work of several students."""
    place: Path = Path()
    """The folder or the file that it was in."""
    places: dict[str, Path] = field(default_factory=dict)
    """By the name of the exercise, where a source was that came from elsewhere."""

    def add(self, other: "Handed") -> None:
        """Take over what was handed in elsewhere under the same name; what is there already stays."""
        for exercise, source in other.sources.items():
            place = other.places.get(exercise, other.place)
            if exercise in self.sources:
                was, is_not = _told_by_name(self.places.get(exercise, self.place), place)
                self.problems.append(
                    f"handed in {exercise} more than once; that in {was} was taken, that in {is_not} "
                    "was not"
                )
            else:
                self.sources[exercise] = source
                self.places[exercise] = place
        self.problems += other.problems
        self.unread = self.unread or other.unread
        self.said_late = self.said_late or other.said_late
        if not self.number:
            self._known_as(other.platform, other.number, other.attachment)
        times = [time for time in (self.handed_in, other.handed_in) if time is not None]
        self.handed_in = max(times, default=None)

    def named_by(self, name: re.Match[str] | None) -> None:
        """Keep what Canvas or Moodle have put into the name of what was handed in."""
        if name is None:
            return
        parts = name.groupdict()
        canvas = "attachment" in parts
        self._known_as(
            "canvas" if canvas else "moodle", parts["number"], parts.get("attachment") or ""
        )
        self.said_late = bool(parts.get("late"))

    def _known_as(self, platform: Platform, number: str, attachment: str) -> None:
        self.platform, self.number, self.attachment = platform, number, attachment


def _told_by_name(*places: Path) -> list[str]:
    """The names of two places, with as much as it takes to tell them apart."""
    for parts in range(1, min(len(place.parts) for place in places) + 1):
        shown = [safe_name("/".join(place.parts[-parts:])) for place in places]
        if len({*shown}) > 1:
            break
    return shown


class Wanted:
    """The exercises that are looked for, among those of a course."""

    def __init__(self, exercises: Sequence[Exercise], course: Sequence[Exercise] = ()) -> None:
        self.exercises = exercises
        self.course = [*dict.fromkeys((*exercises, *course))]
        self.alone = len(exercises) == 1
        """Whether there is one, so that a file of any name will do: but that of another."""
        self._named = {exercise.short_name for exercise in exercises}
        self._others = {exercise.short_name for exercise in course if exercise not in exercises}
        self._chapters = {exercise.chapter for exercise in (*exercises, *course)}

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

    def hold_several(self, paths: Sequence[str]) -> bool:
        """Whether files with these paths look like the work of several students: named as Canvas and
        Moodle name them, or with exercises or archives that lie apart from each other."""
        students: set[str] = set()
        roots: set[tuple[str, ...]] = set()
        packed = 0
        for path in paths:
            *above, name = path.split("/")
            is_packed = name.lower().endswith(archives.SUFFIXES)
            if _OF_MOODLE.search(path) or (
                (is_packed or name.endswith(".py")) and _CANVAS.match(name.partition(".")[0])
            ):
                return True
            packed += is_packed
            stem = _folded(name.removesuffix(".py"))
            if stem == _folded(name):
                continue
            whose, _, what = stem.rpartition("__")
            named = self._named | self._others
            if stem in ("exercise", "solution") and above and _folded(above[-1]) in named:
                above.pop()
            elif what not in named and not (self.alone and stem in ("exercise", "solution")):
                continue
            if whose and whose not in self._chapters:
                students.add(whose.rpartition("__")[0] or whose)
            if above and _folded(above[-1]) in self._chapters:
                above.pop()
            roots.add(tuple(takewhile(lambda part: part not in _OF_A_CLONE, above)))
        # What lies below one's own files is one's own, too: an older version, say.
        first = min(roots, key=len, default=())
        apart = any(root[: len(first)] != first for root in roots)
        return apart or len(students) > 1 or packed > 1


def find_work(path: Path, wanted: Wanted, strays: list[str]) -> Iterator[Handed]:
    """What was handed in at a path; what is not clear to be anybody's work is added to `strays`."""
    with Limited(
        partial(_read, wanted),
        str,
        tuple[dict[str, Source], list[str], bool, bool],
        unprivileged=True,
    ) as reader:
        yield from _find(path, wanted, strays, reader)


def _find(path: Path, wanted: Wanted, strays: list[str], reader: "_Archives") -> Iterator[Handed]:
    if not path.is_dir():
        yield from _of_file(path, wanted, strays, reader)
        return
    if folders := _of_one_student(path, wanted.course):
        name = path.resolve().name
        strays.append(
            f"{', '.join(folders)} as the name of a student, since {safe_name(name)} is laid out as the "
            "clone of one student; `checker grade --submission` judges one by itself, and if it is the "
            "work of several, give each a folder of another name"
        )
        yield _of_folder(path, name, wanted, reader)
        return
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        inner = path / entry.name
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            continue  # What systems leave behind.
        if entry.is_symlink():
            strays.append(f"{safe_name(entry.name)}: a link, which is not followed")
        elif entry.is_dir():
            moodle = _MOODLE.match(entry.name)
            handed = _of_folder(inner, moodle["name"] if moodle else entry.name, wanted, reader)
            handed.named_by(moodle)
            if not handed.sources and os.path.lexists(inner / journal.NAME):
                strays.append(f"{safe_name(entry.name)}: what a sweep has written")
            else:
                yield handed
        elif entry.is_file():
            yield from _of_file(inner, wanted, strays, reader)
        else:
            strays.append(f"{safe_name(entry.name)}: not a regular file")


def _of_one_student(path: Path, course: Sequence[Exercise]) -> list[str]:
    """The folders of what is unmistakably one student's clone, or part of one: there are files of
    exercises at `<chapter>/<name>/exercise.py`, and nothing that could be somebody else's, whatever their
    folders are called. None if it could be a cohort."""
    folders = _only_folders(path)
    chapters = {exercise.chapter for exercise in course}
    if folders is None or not folders <= chapters | _OF_A_CLONE:
        return []
    above, inside = path, folders & chapters
    if "exercises" in folders:
        if inside:
            return []
        above = path / "exercises"
        inside = _only_folders(above) or set()
    names = {exercise.name for exercise in course}
    found = set()
    for chapter in inside:
        within = _only_folders(above / chapter)
        if within is None:
            return []
        found |= {f"{chapter}/{name}" for name in within}
    if not found <= names or not any((above / name / "exercise.py").is_file() for name in found):
        return []
    rest = folders - chapters - {"exercises"}
    return [] if any(_holds_work(path / part, course) for part in rest) else sorted(folders)


def _only_folders(path: Path) -> set[str] | None:
    """The names of the folders in one; None if there is a program, an archive or a link beside them."""
    folders = set()
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name in ("__pycache__", "__MACOSX"):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.add(entry.name)
                elif not entry.is_file(follow_symlinks=False) or entry.name.lower().endswith(
                    (".py", *archives.SUFFIXES)
                ):
                    return None
    except OSError:
        return None
    return folders


def _holds_work(part: Path, course: Sequence[Exercise]) -> bool:
    """Whether a folder, called as a part of the kit, holds what could be somebody's work."""
    problems: list[str] = []
    files: dict[str, archives.Reader] = {}
    for below in _walk(part, course, problems):
        if below.name.lower().endswith(archives.SUFFIXES):
            return True
        # The kit's own solutions are the only ones of that name.
        if below.suffix.lower() == ".py" and (part.name, below.name) != (
            "solutions",
            "solution.py",
        ):
            files[below.as_posix()] = lambda: Source("")
    return bool(problems or _take(files, Wanted(course), Handed("")))


def _of_file(
    path: Path, wanted: Wanted, strays: list[str], reader: "_Archives"
) -> Iterator[Handed]:
    archive = next(
        (suffix for suffix in archives.SUFFIXES if path.name.lower().endswith(suffix)), None
    )
    if archive is not None:
        stem = path.name[: -len(archive)]
        canvas = _CANVAS.match(stem)
        handed = _of_archive(path, canvas["name"] if canvas else stem, reader)
        handed.named_by(canvas)
        yield handed
        return
    if path.suffix.lower() != ".py":
        strays.append(f"{safe_name(path.name)}: neither a Python file nor an archive")
        return
    exercise: Exercise | None = None
    of_another = wanted.is_of_another(path.name)
    whose, canvas = path.stem, None
    for pattern in (_CANVAS, _FLAT):
        found = pattern.match(path.stem)
        if found is None:
            continue
        exercise = wanted.called(found["file"])
        of_another = exercise is None and wanted.is_of_another(found["file"])
        if exercise is not None or of_another:
            whose = found["name"]
            canvas = found if pattern is _CANVAS else None
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
    handed = _handed(whose, path)
    handed.named_by(canvas)
    if exercise is not None:
        handed.handed_in = path.stat().st_mtime
        source = read_below(path.parent, Path(path.name))
        handed.sources[exercise.name] = _renamed(source, exercise)
    yield handed


# --- one student --------------------------------------------------------------------------------


def _handed(name: str, place: Path) -> Handed:
    return Handed(safe_name(name), raw=name, place=place)


def _of_folder(path: Path, name: str, wanted: Wanted, reader: "_Archives") -> Handed:
    handed = _handed(name, path)
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
    if not os.access(path, os.R_OK | os.X_OK):
        handed.unread = safe_name(path.name)
    with contextlib.suppress(OSError):  # It may be gone by now, or nobody may look at it.
        handed.handed_in = max(((path / name).lstat().st_mtime for name in taken), default=None)
    if len(packed) > MAX_ARCHIVES:
        handed.problems.append(f"it has {len(packed)} archives; {MAX_ARCHIVES} were opened")
    left = SECONDS
    for below in packed[:MAX_ARCHIVES]:
        handed.add(_of_archive(path / below, name, reader, left))
        left -= reader.spent
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
                with os.scandir(path / folder) as found:
                    # There may be a million, and more than are read are not put in order.
                    entries = sorted(
                        islice(found, archives.MAX_ENTRIES + 1), key=lambda entry: entry.name
                    )
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
                if archives.is_nobodys(entry.name):
                    continue
                below = folder / entry.name
                if entry.is_symlink():
                    if below.stem in work or entry.name.lower().endswith(archives.SUFFIXES):
                        problems.append(f"{safe_name(str(below))} is a link, which is not followed")
                elif entry.is_dir():
                    if entry.name in _NAMES:
                        problems.append(f"{safe_name(str(below))} is a folder; it must be a file")
                    else:
                        following.append(below)
                elif entry.is_file(follow_symlinks=False):
                    yield below
                elif below.stem in work:
                    problems.append(f"{safe_name(str(below))} is not a regular file")
        level = following


_Archives: TypeAlias = Limited[str, tuple[dict[str, Source], list[str], bool, bool]]
"""Whoever reads archives: for the name of one, its files by their exercises, what is wrong with it,
whether it could be read, and whether it looks like the work of several students."""


def _of_archive(path: Path, name: str, reader: _Archives, seconds: float = SECONDS) -> Handed:
    """What is in an archive, for whose reading so many processor seconds are left."""
    handed = _handed(name, path)
    whole = False
    shown = safe_name(path.name)
    try:
        if seconds <= 0:
            raise Unreadable("those beside it took too long to read")
        # A link is nobody's archive, and a pipe does not hold anybody up.
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            handed.handed_in = os.fstat(opened).st_mtime
            handed.sources, problems, whole, handed.several = reader.ask(
                encodable(path.name), opened, seconds
            )
            handed.problems += problems
        finally:
            os.close(opened)
    except OSError as error:
        whole = error.errno == errno.ELOOP
        why = "it is not a regular file" if whole else safe_name(error.strerror or str(error))
        handed.problems.append(f"{shown} cannot be read: {why}")
    except Unreadable as error:
        handed.problems.append(f"{shown} cannot be read: {error}")
    if not whole:
        handed.unread = shown
    return handed


def _read(
    wanted: Wanted, name: str, opened: int | None
) -> tuple[dict[str, Source], list[str], bool, bool]:
    """As `_Archives` says, of the archive behind this descriptor."""
    assert opened is not None
    handed = Handed("")
    with os.fdopen(opened, "rb", closefd=False) as file:
        seen, whole = archives.read_archive(
            file, name, lambda files: _take(files, wanted, handed), handed.problems
        )
    _tell_what_was_not_taken(seen, wanted, handed)
    del handed.problems[MAX_PROBLEMS:]
    return handed.sources, handed.problems, whole, wanted.hold_several(seen)


def _take(files: Mapping[str, archives.Reader], wanted: Wanted, handed: Handed) -> list[str]:
    """Take the file of each exercise, and say which were taken."""
    own = [name for name in files if not wanted.is_of_another(name)]
    # By each way in which a path may end: there may be thousands of paths, and each is folded once.
    ending: dict[str, list[str]] = {}
    for name in own:
        parts = _folded(name).split("/")[-_TELLING:]
        for first in range(len(parts)):
            ending.setdefault("/".join(parts[first:]), []).append(name)
    taken = []
    for exercise in wanted.exercises:
        found = _files_of(exercise, own, ending, wanted)
        if not found:
            continue
        if len(found) > 1:
            handed.problems.append(
                f"{exercise.name} is there {len(found)} times; {safe_name(found[0])} was taken"
            )
        handed.sources[exercise.name] = _renamed(files[found[0]](), exercise)
        taken.append(found[0])
    return taken


_TELLING: Final = 3
"""How many parts at the end of a path say which exercise it is of."""


def _files_of(
    exercise: Exercise, own: Sequence[str], ending: Mapping[str, Sequence[str]], wanted: Wanted
) -> list[str]:
    """The files that may be this exercise's, of the most telling kind of name; the likeliest first."""
    telling = [
        *(f"{exercise.chapter}/{exercise.short_name}/{name}" for name in _NAMES),
        *(f"{exercise.short_name}/{name}" for name in _NAMES),
        f"{exercise.chapter}/{exercise.short_name}.py",
        f"{exercise.short_name}.py",
        f"{exercise.chapter}__{exercise.short_name}.py",
    ]
    if wanted.alone:
        telling += _NAMES
    for end in telling:
        if found := ending.get(end):
            depth = min(name.count("/") for name in found)
            shallow = [name for name in found if name.count("/") == depth]
            return sorted(shallow, key=lambda name: (not name.endswith(end), name))
    return [*own] if wanted.alone and len(own) == 1 else []


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
