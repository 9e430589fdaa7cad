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
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Never, Self, TypeAlias, cast

from checker.course import Exercise
from checker.feedback.terminal import printable
from checker.submission import MAX_SOURCE, Source, read_below

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
_FLAT: Final = re.compile(r"^(?P<name>.+?)__(?P<exercise>\w+)$")
_ARCHIVES: Final = (".zip", ".tar.gz", ".tgz", ".tar")

_NAMES: Final = ("exercise.py", "solution.py")

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


def collect(
    paths: Sequence[Path],
    exercises: Sequence[Exercise],
    *,
    roster: Path | None = None,
    only: Sequence[str] = (),
) -> tuple[list[Handed], list[str]]:
    """The students of a cohort by name, with what they handed in for `exercises`, and what could not
    be made out to be anybody's work. Raises `CollectError`."""
    students: dict[str, Handed] = {}
    strays: list[str] = []
    listed = _read_roster(roster) if roster is not None else {}
    for path in paths:
        for handed in _told_apart([*_of_path(path, exercises, strays)]):
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
    """Give students who have the same name one each. Their numbers differ from assignment to
    assignment, so this is for what was handed out together."""
    numbers: dict[str, set[str]] = {}
    for handed in found:
        numbers.setdefault(handed.name, set()).add(handed.number)
    for handed in found:
        if len(numbers[handed.name]) > 1 and handed.number:
            handed.name += f" ({handed.number})"
            handed.problems.append("others have the same name, so a number was put behind it")
    return found


def _read_roster(path: Path) -> dict[str, str]:
    """Names and groups, from a CSV with a header that says which columns they are in."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CollectError(f"the roster {path} cannot be read: {reason}") from None
    rows = list(csv.reader(text.splitlines()))
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next(
        (header.index(n) for n in ("name", "student", "id", "login") if n in header), None
    )
    if column is None:
        raise CollectError(
            f"the roster {path} needs a first line that names its columns: `name`, and `group` if "
            "there are groups"
        )
    group = header.index("group") if "group" in header else None
    students = {}
    for row in rows[1:]:
        name = row[column].strip() if column < len(row) else ""
        if name:
            students[_safe(name)] = (
                row[group].strip() if group is not None and group < len(row) else ""
            )
    return students


# --- one path -----------------------------------------------------------------------------------


def _of_path(path: Path, exercises: Sequence[Exercise], strays: list[str]) -> Iterator[Handed]:
    if not path.exists():
        raise CollectError(f"{path} does not exist")
    if not path.is_dir():
        yield from _of_file(path, exercises, strays)
        return
    if _is_submission(path, exercises):
        yield _of_folder(path, path.resolve().name, exercises)
        return
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        inner = path / entry.name
        if entry.name.startswith(".") or entry.name in _SKIPPED:
            continue
        if entry.is_symlink():
            strays.append(f"{_safe(entry.name)}: a link, which is not followed")
        elif entry.is_dir():
            moodle = _MOODLE.match(entry.name)
            handed = _of_folder(inner, moodle["name"] if moodle else entry.name, exercises)
            handed.number = moodle["number"] if moodle else ""
            yield handed
        elif entry.is_file():
            yield from _of_file(inner, exercises, strays)
        else:
            strays.append(f"{_safe(entry.name)}: not a regular file")


def _is_submission(path: Path, exercises: Sequence[Exercise]) -> bool:
    """Whether a folder is somebody's work itself, and not a folder of such folders."""
    chapters = {exercise.chapter for exercise in exercises}
    return (path / "exercises").is_dir() or any((path / chapter).is_dir() for chapter in chapters)


def _of_file(path: Path, exercises: Sequence[Exercise], strays: list[str]) -> Iterator[Handed]:
    archive = next((suffix for suffix in _ARCHIVES if path.name.lower().endswith(suffix)), None)
    if archive is not None:
        stem = path.name[: -len(archive)]
        canvas = _CANVAS.match(stem)
        handed = _of_archive(path, canvas["name"] if canvas else stem, exercises)
        handed.number = canvas["number"] if canvas else ""
        yield handed
        return
    if path.suffix != ".py":
        strays.append(f"{_safe(path.name)}: neither a Python file nor an archive")
        return
    stem = path.stem
    for pattern in (_FLAT, _CANVAS):
        found = pattern.match(stem)
        if found is None:
            continue
        named = found["exercise"] if pattern is _FLAT else found["file"]
        exercise = _meant(named, exercises)
        if exercise is not None:
            handed = Handed(_safe(found["name"]), handed_in=path.stat().st_mtime)
            handed.number = found["number"] if pattern is _CANVAS else ""
            handed.sources[exercise.name] = _renamed(
                read_below(path.parent, Path(path.name)), exercise
            )
            yield handed
            return
    if len(exercises) == 1:
        handed = Handed(_safe(stem), handed_in=path.stat().st_mtime)
        handed.sources[exercises[0].name] = _renamed(
            read_below(path.parent, Path(path.name)), exercises[0]
        )
        yield handed
        return
    strays.append(
        f"{_safe(path.name)}: no exercise of the course is named in it; "
        "name it <student>__<exercise>.py, or say --exercise NAME"
    )


def _meant(named: str, exercises: Sequence[Exercise]) -> Exercise | None:
    """The exercise that a file is named after; Canvas numbers what is handed in again."""
    named = re.sub(r"-\d+$", "", named)
    for exercise in exercises:
        if named in (exercise.short_name, f"{exercise.chapter}__{exercise.short_name}"):
            return exercise
    if len(exercises) == 1 and named in ("exercise", "solution"):
        return exercises[0]
    return None


# --- one student --------------------------------------------------------------------------------


def _of_folder(path: Path, name: str, exercises: Sequence[Exercise]) -> Handed:
    handed = Handed(_safe(name))
    files: dict[str, _Reader] = {}
    newest = 0.0
    archives = []
    for below in _walk(path, exercises, handed.problems):
        if below.name.lower().endswith(_ARCHIVES):
            archives.append(below)
        elif below.suffix == ".py":
            files[below.as_posix()] = lambda below=below: read_below(path, below)  # type: ignore[misc]
    taken = _take(files, exercises, handed)
    for name_taken in taken:
        newest = max(newest, (path / name_taken).lstat().st_mtime)
    handed.handed_in = newest or None
    if len(archives) > MAX_ARCHIVES:
        handed.problems.append(f"it has {len(archives)} archives; {MAX_ARCHIVES} were opened")
    for below in archives[:MAX_ARCHIVES]:
        handed.add(_of_archive(path / below, name, exercises))
    return handed


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


def _of_archive(path: Path, name: str, exercises: Sequence[Exercise]) -> Handed:
    """What is in an archive, which is read and not unpacked."""
    handed = Handed(_safe(name))
    try:
        status = path.lstat()
        handed.handed_in = status.st_mtime
        if not stat.S_ISREG(status.st_mode):
            raise CollectError("it is not a regular file")
        if status.st_size > MAX_ARCHIVE:
            raise CollectError(f"it has more than {MAX_ARCHIVE >> 20} MiB")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                _take(_in_zip(archive, handed.problems), exercises, handed)
        else:
            with (
                _unpacked(path) as unpacked,
                tarfile.open(
                    fileobj=cast(BinaryIO, _Limited(unpacked)), mode="r|", tarinfo=_Header
                ) as archive,
            ):
                _take(_in_tar(archive, handed.problems), exercises, handed)
    except CollectError as error:
        handed.problems.append(f"{_safe(path.name)} is not read: {error}")
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        handed.problems.append(f"{_safe(path.name)} cannot be read: {_reason(error)}")
    except (zipfile.BadZipFile, tarfile.TarError, zipfile.LargeZipFile) as error:
        handed.problems.append(f"{_safe(path.name)} is no archive: {_reason(error)}")
    except Exception as error:  # zlib, lzma and struct have errors of their own.
        handed.problems.append(f"{_safe(path.name)} is damaged: {_reason(error)}")
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


def _in_zip(archive: zipfile.ZipFile, problems: list[str]) -> dict[str, _Reader]:
    files: dict[str, _Reader] = {}
    for count, info in enumerate(archive.infolist()):
        if count >= MAX_ENTRIES:
            problems.append(f"it has more than {MAX_ENTRIES:,} files; the rest was not read")
            break
        name = _inside(info.filename, problems)
        if name is None or info.is_dir() or not name.endswith(".py"):
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

        files[name] = read
    return files


def _in_tar(archive: tarfile.TarFile, problems: list[str]) -> dict[str, _Reader]:
    files: dict[str, _Reader] = {}
    count = 0
    while (info := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # It would keep them all.
        count += 1
        if count > MAX_ENTRIES:
            problems.append(f"it has more than {MAX_ENTRIES:,} files; the rest was not read")
            break
        name = _inside(info.name, problems)
        if name is None or info.isdir() or not name.endswith(".py"):
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


def _take(files: Mapping[str, _Reader], exercises: Sequence[Exercise], handed: Handed) -> list[str]:
    """Take the file of each exercise, and say which were taken."""
    taken = []
    for exercise in exercises:
        found = _files_of(exercise, files, alone=len(exercises) == 1)
        if not found:
            continue
        if len(found) > 1:
            handed.problems.append(
                f"{exercise.name} is there {len(found)} times; {_safe(found[0])} was taken"
            )
        handed.sources[exercise.name] = _renamed(files[found[0]](), exercise)
        taken.append(found[0])
    return taken


def _files_of(exercise: Exercise, files: Mapping[str, _Reader], *, alone: bool) -> list[str]:
    """The files that may be this exercise's, of the most telling kind of name."""
    wanted = [
        *(f"{exercise.chapter}/{exercise.short_name}/{name}" for name in _NAMES),
        *(f"{exercise.short_name}/{name}" for name in _NAMES),
        f"{exercise.chapter}/{exercise.short_name}.py",
        f"{exercise.short_name}.py",
        f"{exercise.chapter}__{exercise.short_name}.py",
    ]
    if alone:
        wanted += _NAMES
    for ending in wanted:
        found = [name for name in files if f"/{name}".endswith(f"/{ending}")]
        if found:
            depth = min(name.count("/") for name in found)
            return sorted(name for name in found if name.count("/") == depth)
    return [*files] if alone and len(files) == 1 else []


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
    text = name.encode(errors="backslashreplace").decode()
    return printable(text).replace("\n", " ").strip()[:MAX_NAME] or "(no name)"


def digest(source: Source) -> str:
    """What tells a file from another one: its SHA-256; empty if there is no content to judge."""
    if source.missing or source.fault is not None or source.obstacle is not None:
        return ""
    return hashlib.sha256(source.content).hexdigest()
