"""Somebody's work: which files of it are theirs, read with care and never run here."""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from checker.course import Exercise
from checker.translation import _

MAX_SOURCE: Final = 1 << 16
"""The largest file that is taken for an exercise, in bytes."""

_FILES = ("exercise.py", "solution.py")


class SubmissionError(Exception):
    """There is no submission at that path; the text says what one looks like."""


@dataclass(frozen=True)
class Source:
    """The file submitted for one exercise."""

    file: str
    """Its path as a report shows it, with `/` between the parts."""
    content: bytes = b""
    fault: str | None = None
    """Why it cannot be judged, if that is the submission's doing."""
    obstacle: str | None = None
    """Why it cannot be judged, if that is the machine's doing."""
    missing: bool = False
    is_own: bool = False
    """Whether it is the learner's own, in the course itself; nobody else's can be brought back."""


class Submission:
    """A clone of the kit, a folder laid out as `exercises/` or `solutions/` is, or one file; `is_own` if it
    is the course itself, and the learner's.

    Raises `SubmissionError` if `path` is none of them.
    """

    def __init__(self, path: Path, *, is_own: bool = False) -> None:
        self._is_own = is_own
        if not path.exists():
            raise SubmissionError(_("{path} does not exist", path=path))
        self._path = path
        self._is_file = not path.is_dir()
        if not self._is_file and (path / "exercises").is_dir():
            self._folder = Path("exercises")
        else:
            self._folder = Path()

    @property
    def is_one_file(self) -> bool:
        return self._is_file

    def source(self, exercise: Exercise) -> Source:
        """What was submitted for `exercise`."""
        if self._is_file:
            return read_below(self._path.parent, Path(self._path.name), self._path.name)
        below = self._folder / exercise.chapter / exercise.short_name
        for name in _FILES:
            if os.path.lexists(self._path / below / name):
                return read_below(self._path, below / name, (below / name).as_posix())
        return Source((below / _FILES[0]).as_posix(), missing=True, is_own=self._is_own)

    def expect_any(self, exercises: list[Exercise]) -> None:
        """Raise `SubmissionError` if somebody else's holds a file for none of the exercises."""
        if not self._is_own and all(self.source(exercise).missing for exercise in exercises):
            raise SubmissionError(
                _(
                    "{path} holds none of the exercises asked for; give a clone of the kit, a folder "
                    "with <chapter>/<name>/exercise.py in it, or one file and one NAME",
                    path=self._path,
                )
            )


def read_below(root: Path, below: Path, shown: str | None = None) -> Source:
    """The regular file `below` a folder, read through no link; `shown` is what a report calls it."""
    shown = below.as_posix() if shown is None else shown
    shown = shown.encode(errors="backslashreplace").decode()  # A name need not be UTF-8.
    name = below.name
    try:
        with os.fdopen(_open(root, below), "rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISDIR(status.st_mode):
                return Source(shown, fault=_is_a_folder(name))
            if not stat.S_ISREG(status.st_mode):
                return Source(shown, fault=_("{name} is not a regular file", name=name))
            content = file.read(MAX_SOURCE + 1)
    except IsADirectoryError:
        return Source(shown, fault=_is_a_folder(name))
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            fault = _("{name} is not a regular file, or is behind a link", name=name)
            return Source(shown, fault=fault)
        reason = (error.strerror or str(error)).lower()
        return Source(shown, obstacle=_("the file cannot be read ({reason})", reason=reason))
    if len(content) > MAX_SOURCE:
        fault = _("the file is larger than {limit} KiB, so it is not read", limit=MAX_SOURCE >> 10)
        return Source(shown, fault=fault)
    return Source(shown, content=content)


def _is_a_folder(name: str) -> str:
    return _("{name} is a folder; it must be a file", name=name)


def _open(root: Path, below: Path) -> int:
    """Open a file below `root` through no link: one could point anywhere, at the solutions too. A
    pipe or a device does not block."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in below.parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(below.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
