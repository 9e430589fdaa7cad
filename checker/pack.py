"""A course for learners, in one archive: `checker pack` makes it of a course of one's own.

Unpacked, it is a workspace with its course in it:

    README.md                           what to do first
    tasklings.toml                      course = "course"
    exercises/<chapter>/<name>/         README.md exercise.py [example.py]: what the learner works on
    course/exercises/...                what `checker grade` needs: checks, hints, drivers, starters
    pyproject.toml .vscode/ ...         as in any workspace

Solutions, mistakes and notes stay with the author. The checks do not: whoever judges must have them.

The same course and version of the kit make the same archive, byte for byte: it knows no time and no user,
and nothing in it is compressed, since what compresses differs from machine to machine.
"""

import dataclasses
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Final

from checker import scaffold, workspace
from checker.course import CONTENTS, Course, CourseError
from checker.translation import _

__all__ = ["archive", "pack"]

_INSIDE: Final = "course"
"""Where in the pack its course is."""

_OF_AN_EXERCISE: Final = ("README.md", "exercise.toml", "checks.py", "driver.py", "example.py")
"""What of an exercise judges it and explains it; `exercise.py` comes from its starter."""

_BEGINNING: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that an archive can name."""


def pack(course: Course, version: str) -> dict[str, bytes]:
    """The files of a pack, by their paths in it, with `/` between the parts; `version` is the kit's.

    Raises `CourseError` if something of the course is missing, or still to be written."""
    if not list(course):
        raise CourseError(
            _("{path}: there is no exercise to pack; add one", path=course.root / CONTENTS)
        )
    handed_out = dataclasses.replace(course, home=course.root, named_as=_INSIDE)
    files = workspace.handed_out(handed_out, version)
    files["README.md"] = _readme(course, version)
    judged = [CONTENTS, *(Path("exercises", c.name, "README.md") for c in course.chapters)]
    for exercise in course:
        _expect_whole(exercise.folder, scaffold.unwritten_of(exercise))
        below = exercise.folder.relative_to(course.root)
        judged += [below / name for name in _OF_AN_EXERCISE]
        files[f"{_INSIDE}/{(below / 'exercise.py').as_posix()}"] = exercise.starter
        if not (exercise.folder / "checks.py").is_file():
            raise CourseError(
                _("{path} is missing; write the checks first", path=exercise.folder / "checks.py")
            )
    _expect_whole(course.root / CONTENTS, scaffold.unwritten_in(course.root / CONTENTS))
    for path in judged:
        if (course.root / path).is_file():
            files[f"{_INSIDE}/{path.as_posix()}"] = (course.root / path).read_bytes()
    return dict(sorted(files.items()))


def archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of these files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.create_system = 3  # Unix, whatever this is made on.
            entry.external_attr = 0o100644 << 16
            packed.writestr(entry, content)
    return written.getvalue()


def _expect_whole(path: Path, unwritten: Iterator[scaffold.Unwritten]) -> None:
    """Raise `CourseError` if anything is still to be written."""
    if (first := next(unwritten, None)) is not None:
        raise CourseError(
            _(
                "{place} is still to be written: {what}; `checker verify` lists everything that is, and {file} "
                "can be packed when nothing is",
                place=f"{first.path}:{first.line}",
                what=first.what,
                file=path.name,
            )
        )


def _readme(course: Course, version: str) -> bytes:
    first = next(iter(course))
    template = Path(__file__).with_name("template") / "pack-README.md"
    title = course.title or _("Exercises")
    text = Template(template.read_text(encoding="utf-8")).substitute(
        title=title,
        greeting=f"{course.greeting}\n\n" if course.greeting else "",
        contact=f"\n{course.contact}\n" if course.contact else "",
        version=version,
        first=first.short_name,
        file=first.shown_file,
    )
    return text.encode()
