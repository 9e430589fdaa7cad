"""Brings the starter of an exercise back, and loses nothing: what the learner wrote is kept beside it.

The copy is `exercise.mine.py`, or `exercise.mine-2.py` and so on. It ends in `.py` for the sake of the
editor, and is no submission: the judge reads `exercise.py` alone. `pyproject.toml` leaves such
names out of what mypy and ruff look at, and pytest takes only the files named `checks.py`. The starter comes out of
`solutions/`, so none of this needs git.
"""

import contextlib
import os
from itertools import count
from pathlib import Path
from typing import NamedTuple

from checker.course import Exercise
from checker.translation import _

__all__ = ["Restored", "how_to_restore", "restore"]


class Restored(NamedTuple):
    """What was done to the file of an exercise."""

    is_new: bool
    """Whether the starter was brought back; False if the file was the starter already."""
    kept: Path | None
    """Where what was in the file is kept; None if there was nothing to keep."""


def restore(exercise: Exercise) -> Restored:
    """Bring the starter of an exercise back. Raises `OSError`, before anything is lost, and
    `CourseError` if there is no starter."""
    starter = exercise.starter
    try:
        own = exercise.file.read_bytes()
    except FileNotFoundError:
        own = b""
        if exercise.file.is_symlink():
            exercise.file.unlink()  # It led nowhere.
    else:
        if own == starter:
            return Restored(False, None)
    exercise.work.mkdir(parents=True, exist_ok=True)  # The folder may be gone as well.
    kept = _keep(exercise, own) if own.strip() and not exercise.is_untouched(own) else None
    _replace(exercise.file, starter)
    return Restored(True, kept)


def how_to_restore(exercise: Exercise) -> str:
    """What to say where the file of an exercise is missing."""
    return _(
        "{file} is missing; `{command}` brings the starter back",
        file=exercise.shown_file,
        command=f"checker reset {exercise.short_name}",
    )


def _keep(exercise: Exercise, own: bytes) -> Path:
    """Write a text into the first file beside the exercise that is free, or holds it already."""
    for number in count(1):
        beside = exercise.work / f"exercise.mine{f'-{number}' if number > 1 else ''}.py"
        try:
            with beside.open("xb") as file:
                file.write(own)
        except FileExistsError:
            with contextlib.suppress(OSError):
                if beside.read_bytes() == own:
                    return beside
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink()  # A full disk leaves half of it.
            raise
        else:
            return beside
    raise AssertionError("there is always a next number")


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
