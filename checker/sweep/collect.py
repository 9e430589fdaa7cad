"""Whose work is where: every layout in which instructors have submissions.

- a folder a student: a clone of the kit, or any part of it
- a `.zip` or `.tar.gz` a student, with the same in it; what Moodle's `Name_123_assignsubmission_file_`
  holds, too
- `<student>__<exercise>.py`, or Canvas's `name_123_456_file.py`

Of all that is there, only the files of exercises are taken: regular ones, of limited size, through no
link, out of an archive without unpacking it. What cannot be read is told, never dropped.
"""

import bz2
import csv
import gzip
import hashlib
import os
import re
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Never, Self, TypeAlias, cast

from checker.course import Exercise
from checker.harmless import printable
from checker.submission import MAX_SOURCE, Source, read_below
from checker.sweep import journal

MAX_ENTRIES: Final = 20_000
"""How many files a submission may have; a clone of the kit has a few hundred."""

MAX_ARCHIVE: Final = 16 << 20
"""The largest archive that is opened, in bytes."""

MAX_UNPACKED: Final = 128 << 20
"""How much of a compressed tar is read, in bytes: a small one may hold any amount."""

MAX_HEADER: Final = 1 << 14
MAX_GLOBAL: Final = 1 << 10
"""Bytes of an extended header in a tar: for one file, and for all that follow (Git writes a commit's
name there)."""

MAX_DEPTH: Final = 8
"""How deep in a submission a file of an exercise may lie."""

MAX_NAME: Final = 120

MAX_PROBLEMS: Final = 20
"""How many are told of a student."""

MAX_ARCHIVES: Final = 10
"""How many archives in the folder of a student are opened."""

_MOODLE: Final = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(file|onlinetext)_?$")
_CANVAS: Final = re.compile(r"^(?P<name>.+?)(_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+)$")
_FLAT: Final = re.compile(r"^(?P<name>.+)__(?P<file>.+?)$")
_ARCHIVES: Final = (".zip", ".tar.gz", ".tgz", ".tar")

_NAMES: Final = ("exercise.py", "solution.py")

_AGAIN: Final = re.compile(r"-\d+(?=\.|$)")
"""What Canvas adds to the name of what is handed in again."""

_COPY: Final = re.compile(r" ?\(\d+\)(?=\.|$)")
"""What a browser adds to the name of what is there already."""

# What lies beside the exercises in a clone, and is nobody's work.
_SKIPPED: Final = {".git", ".venv", "venv", "node_modules", "__pycache__", "solutions", "__MACOSX"}


class CollectError(Exception):
    """There is nothing to sweep at a path, or a roster cannot be read; the text says what would do."""


_Reader: TypeAlias = Callable[[], Source]


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

    def add(self, other: "Handed") -> None:
        """Take over what was handed in elsewhere under the same name; what is there already stays."""
        for exercise, source in other.sources.items():
            if exercise in self.sources:
                self.problems.append(f"handed in {exercise} more than once; the first was taken")
            else:
                self.sources[exercise] = source
        self.problems += other.problems
        times = [time for time in (self.handed_in, other.handed_in) if time is not None]
        self.handed_in = max(times, default=None)


class _Wanted:
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

    Raises `CollectError`.
    """
    wanted = _Wanted(exercises, course)
    students: dict[str, Handed] = {}
    strays: list[str] = []
    listed = _read_roster(roster) if roster is not None else {}
    for path in paths:
        for handed in _told_apart([*_of_path(path, wanted, strays)]):
            if handed.name in students:
                students[handed.name].add(handed)
            else:
                students[handed.name] = handed
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


def _told_apart(found: list[Handed]) -> list[Handed]:
    """Give students who have the same name one each. The numbers of one differ from assignment to
    assignment, so this is for what was handed out together."""
    who: dict[str, set[tuple[str, str]]] = {}
    for handed in found:
        who.setdefault(handed.name, set()).add((handed.number, handed.raw))
    taken = set(who)
    named: dict[tuple[str, str, str], str] = {}
    for handed in sorted(found, key=lambda handed: (handed.raw != handed.name, handed.raw)):
        numbers = {number for number, _ in who[handed.name]}
        raws = {raw for _, raw in who[handed.name]}
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
    return found


_NAME_COLUMNS: Final = ("name", "student", "full name", "id", "login")
_GROUP_COLUMNS: Final = ("group", "groups", "section")
_FIRST_AND_LAST: Final = (("first name", "last name"), ("first name", "surname"))


def _read_roster(path: Path) -> dict[str, str]:
    """Names and groups, from a CSV with a header that says which columns they are in."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CollectError(f"the roster {path} cannot be read: {reason}") from None
    lines = text.splitlines()
    # Where a comma is in numbers, spreadsheets write semicolons between cells.
    between = max(",;\t", key=lines[0].count) if lines else ","
    rows = list(csv.reader(lines, delimiter=between))
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    columns = [[header.index(name)] for name in _NAME_COLUMNS if name in header]
    columns += [
        [header.index(one) for one in both] for both in _FIRST_AND_LAST if set(both) <= set(header)
    ]
    if not columns:
        found = ", ".join(repr(_safe(cell)) for cell in header if cell) or "nothing"
        raise CollectError(
            f"the roster {path} needs a first line that names its columns: `name`, and `group` if "
            f"there are groups; it has {found}"
        )
    group = next((header.index(name) for name in _GROUP_COLUMNS if name in header), None)
    students = {}
    for row in rows[1:]:
        name = " ".join(row[at].strip() for at in columns[0] if at < len(row)).strip()
        if name and name.lower() != "points possible":  # Canvas has a row of these.
            students[_safe(name)] = (
                row[group].strip() if group is not None and group < len(row) else ""
            )
    return students


# --- one path -----------------------------------------------------------------------------------


def _of_path(path: Path, wanted: _Wanted, strays: list[str]) -> Iterator[Handed]:
    if not path.exists():
        raise CollectError(f"{path} does not exist")
    if not path.is_dir():
        yield from _of_file(path, wanted, strays)
        return
    if _is_submission(path, wanted.exercises):
        yield _of_folder(path, path.resolve().name, wanted)
        return
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        inner = path / entry.name
        if entry.name.startswith(".") or entry.name in _SKIPPED:
            continue
        if entry.is_symlink():
            strays.append(f"{_safe(entry.name)}: a link, which is not followed")
        elif entry.is_dir() and (inner / journal.NAME).exists():
            strays.append(f"{_safe(entry.name)}: what a sweep has written")
        elif entry.is_dir():
            moodle = _MOODLE.match(entry.name)
            handed = _of_folder(inner, moodle["name"] if moodle else entry.name, wanted)
            handed.number = moodle["number"] if moodle else ""
            yield handed
        elif entry.is_file():
            yield from _of_file(inner, wanted, strays)
        else:
            strays.append(f"{_safe(entry.name)}: not a regular file")


def _is_submission(path: Path, exercises: Sequence[Exercise]) -> bool:
    """Whether a folder is somebody's work itself, and not a folder of such folders."""
    chapters = {exercise.chapter for exercise in exercises}
    return (path / "exercises").is_dir() or any((path / chapter).is_dir() for chapter in chapters)


def _of_file(path: Path, wanted: _Wanted, strays: list[str]) -> Iterator[Handed]:
    archive = next((suffix for suffix in _ARCHIVES if path.name.lower().endswith(suffix)), None)
    if archive is not None:
        stem = path.name[: -len(archive)]
        canvas = _CANVAS.match(stem)
        handed = _of_archive(path, canvas["name"] if canvas else stem, wanted)
        handed.number = canvas["number"] if canvas else ""
        yield handed
        return
    if path.suffix.lower() != ".py":
        strays.append(f"{_safe(path.name)}: neither a Python file nor an archive")
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
            f"{_safe(path.name)}: no exercise of the course is named in it; "
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
    return Handed(_safe(name), raw=unicodedata.normalize("NFC", name))


def _of_folder(path: Path, name: str, wanted: _Wanted) -> Handed:
    handed = _handed(name)
    seen: list[str] = []
    files: dict[str, _Reader] = {}
    archives = []
    for below in _walk(path, wanted.exercises, handed.problems):
        seen.append(below.as_posix())
        if below.name.lower().endswith(_ARCHIVES):
            archives.append(below)
        elif below.suffix.lower() == ".py":
            files[below.as_posix()] = lambda below=below: read_below(path, below)  # type: ignore[misc]
    taken = _take(files, wanted, handed)
    handed.handed_in = max(((path / name).lstat().st_mtime for name in taken), default=None)
    if len(archives) > MAX_ARCHIVES:
        handed.problems.append(f"it has {len(archives)} archives; {MAX_ARCHIVES} were opened")
    for below in archives[:MAX_ARCHIVES]:
        handed.add(_of_archive(path / below, name, wanted))
    if not archives:
        _tell_what_was_not_taken(seen, wanted, handed)
    return handed


def _tell_what_was_not_taken(seen: Sequence[str], wanted: _Wanted, handed: Handed) -> None:
    """Say so, if there are files and none of them was taken for work."""
    names = [name for name in seen if not wanted.is_of_another(name)]
    if handed.sources or not names or handed.problems:
        return
    many = (
        f"there are {len(names)} files, none of them" if len(names) > 1 else "its one file is not"
    )
    handed.problems.append(
        f"{many} named after an exercise ({_safe(names[0])}{', ...' if names[1:] else ''}); <exercise>.py "
        "or <exercise>/exercise.py would be, or any name with --exercise NAME"
    )


def _walk(path: Path, exercises: Sequence[Exercise], problems: list[str]) -> Iterator[Path]:
    """The files below a folder, the shallowest first; through no link. What is called like work and
    is something else is told."""
    work = {"exercises", "exercise", "solution"}
    work |= {name for e in exercises for name in (e.chapter, e.short_name)}
    level = [Path()]
    seen = 0
    for _ in range(MAX_DEPTH):
        following: list[Path] = []
        for folder in level:
            try:
                entries = sorted(os.scandir(path / folder), key=lambda entry: entry.name)
            except OSError as error:
                problems.append(f"{_safe(str(folder))} cannot be read: {error.strerror}")
                continue
            for entry in entries:
                seen += 1
                if seen > MAX_ENTRIES:
                    problems.append(
                        f"it has more than {MAX_ENTRIES:,} files; the rest was not read"
                    )
                    return
                below = folder / entry.name
                if entry.is_symlink():
                    if below.stem in work or entry.name.lower().endswith(_ARCHIVES):
                        problems.append(f"{_safe(str(below))} is a link, which is not followed")
                elif entry.is_dir():
                    if entry.name in _NAMES:
                        problems.append(f"{_safe(str(below))} is a folder; it must be a file")
                    elif entry.name not in _SKIPPED:
                        following.append(below)
                elif entry.is_file(follow_symlinks=False):
                    yield below
                elif below.stem in work:
                    problems.append(f"{_safe(str(below))} is not a regular file")
        level = following


def _of_archive(path: Path, name: str, wanted: _Wanted) -> Handed:
    """What is in an archive, which is read and not unpacked."""
    handed = _handed(name)
    seen: list[str] = []
    try:
        status = path.lstat()
        handed.handed_in = status.st_mtime
        if not stat.S_ISREG(status.st_mode):
            raise CollectError("it is not a regular file")
        if status.st_size > MAX_ARCHIVE:
            raise CollectError(f"it has more than {MAX_ARCHIVE >> 20} MiB")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                _take(_in_zip(archive, seen, handed.problems), wanted, handed)
        else:
            with (
                _unpacked(path) as unpacked,
                tarfile.open(
                    fileobj=cast(BinaryIO, _Limited(unpacked)), mode="r|", tarinfo=_Header
                ) as archive,
            ):
                _take(_in_tar(archive, seen, handed.problems), wanted, handed)
    except CollectError as error:
        handed.problems.append(f"{_safe(path.name)} is not read: {error}")
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        handed.problems.append(f"{_safe(path.name)} cannot be read: {_reason(error)}")
    except (zipfile.BadZipFile, tarfile.TarError, zipfile.LargeZipFile) as error:
        handed.problems.append(f"{_safe(path.name)} is no archive: {_reason(error)}")
    except Exception as error:  # zlib, lzma and struct have errors of their own.
        handed.problems.append(f"{_safe(path.name)} is damaged: {_reason(error)}")
    _tell_what_was_not_taken(seen, wanted, handed)
    return handed


def _unpacked(path: Path) -> BinaryIO:
    """A tar that may be compressed, to be read."""
    with path.open("rb") as file:
        magic = file.read(6)
    if magic.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.open(path))
    if magic.startswith(b"BZh"):
        return cast(BinaryIO, bz2.open(path))
    if magic.startswith(b"\xfd7zXZ\0"):  # It says itself how much memory it takes.
        raise CollectError("it is packed by xz, which is not read; pack it as .tar.gz or .zip")
    return path.open("rb")


class _Header(tarfile.TarInfo):
    """A header of a tar, if it is no larger than a header has to be. Of what follows from it, Python
    keeps all in memory, for each member again."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        header = super().frombuf(buf, encoding, errors)
        extended = header.type in (
            *(tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE),
            *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
        )
        if extended and header.size > MAX_HEADER:
            raise CollectError(f"a file in it has a header of more than {MAX_HEADER >> 10} KiB")
        if header.type == tarfile.XGLTYPE and header.size > MAX_GLOBAL:
            raise CollectError(
                f"it has a header of more than {MAX_GLOBAL} bytes for all of its files"
            )
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise CollectError(_SPARSE)
        return header

    # The newer ways to say that a file has holes; the map of them may have millions of entries.
    def _proc_gnusparse_00(self, *_: object) -> Never:
        raise CollectError(_SPARSE)

    _proc_gnusparse_01 = _proc_gnusparse_10 = _proc_gnusparse_00


_SPARSE: Final = "a file in it has holes, which no exercise has"


class _Limited:
    """A file of which only so much is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MAX_UNPACKED

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise CollectError(f"it unpacks to more than {MAX_UNPACKED >> 20} MiB")
        return data


def _in_zip(archive: zipfile.ZipFile, seen: list[str], problems: list[str]) -> dict[str, _Reader]:
    files: dict[str, _Reader] = {}
    for number, info in enumerate(archive.infolist()):
        if number >= MAX_ENTRIES:
            problems.append(f"it has more than {MAX_ENTRIES:,} files; the rest was not read")
            break
        name = _inside(info.filename, problems)
        if name is None or info.is_dir():
            continue
        seen.append(name)
        if not name.lower().endswith(".py"):
            continue
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            problems.append(f"{_safe(name)} is not a regular file")
            continue
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # Of the others, Python unpacks as much as there is at once.
            problems.append(f"{_safe(name)} is packed in a way that is not read")
            continue

        def read(info: zipfile.ZipInfo = info, name: str = name) -> Source:
            with archive.open(info) as member:
                return _source(name, member.read(MAX_SOURCE + 1))

        if name in files:
            problems.append(f"{_safe(name)} is in it more than once; the last was taken")
        files[name] = read
    return files


def _in_tar(archive: tarfile.TarFile, seen: list[str], problems: list[str]) -> dict[str, _Reader]:
    files: dict[str, _Reader] = {}
    members = 0
    while (info := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # It would keep them all.
        members += 1
        if members > MAX_ENTRIES:
            problems.append(f"it has more than {MAX_ENTRIES:,} files; the rest was not read")
            break
        name = _inside(info.name, problems)
        if name is None or info.isdir():
            continue
        seen.append(name)
        if not name.lower().endswith(".py"):
            continue
        if not info.isreg():
            problems.append(f"{_safe(name)} is not a regular file")
            continue
        # A tar is read from front to back, so what may be wanted is kept.
        member = archive.extractfile(info)
        content = member.read(MAX_SOURCE + 1) if member is not None else b""
        files[name] = lambda name=name, content=content: _source(name, content)  # type: ignore[misc]
    return files


def _inside(name: str, problems: list[str]) -> str | None:
    """The path of an archive's member; None if it leads out of the archive or is nobody's work."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        problems.append(f"{_safe(name)} leads out of the archive")
        return None
    if len(path.parts) > MAX_DEPTH or _SKIPPED & set(path.parts):
        return None
    return path.as_posix()


def _source(name: str, content: bytes) -> Source:
    if len(content) > MAX_SOURCE:
        fault = f"the file has more than {MAX_SOURCE >> 10} KiB, and is not read"
        return Source(_safe(name), fault=fault)
    return Source(_safe(name), content=content)


def _take(files: Mapping[str, _Reader], wanted: _Wanted, handed: Handed) -> list[str]:
    """Take the file of each exercise, and say which were taken."""
    taken = []
    for exercise in wanted.exercises:
        found = _files_of(exercise, files, wanted)
        if not found:
            continue
        if len(found) > 1:
            handed.problems.append(
                f"{exercise.name} is there {len(found)} times; {_safe(found[0])} was taken"
            )
        handed.sources[exercise.name] = _renamed(files[found[0]](), exercise)
        taken.append(found[0])
    return taken


def _files_of(exercise: Exercise, files: Mapping[str, _Reader], wanted: _Wanted) -> list[str]:
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


def _reason(error: Exception) -> str:
    return _safe(str(error)) if str(error) else type(error).__name__


def _safe(name: str) -> str:
    """A name from outside, fit to be shown and kept."""
    text = unicodedata.normalize("NFC", name.encode(errors="backslashreplace").decode())
    return printable(text).replace("\n", " ").strip()[:MAX_NAME] or "(no name)"


def digest(source: Source) -> str:
    """What tells a file from another one: its SHA-256; empty if there is no content to judge."""
    if source.missing or source.fault is not None or source.obstacle is not None:
        return ""
    return hashlib.sha256(source.content).hexdigest()
