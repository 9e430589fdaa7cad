"""What `checker new` writes: a course of one's own with a worked exercise in it, and the files of a new
exercise, in which each thing that is still to be written says so.

Whatever an author has yet to write stands in a line with the word TODO. The new exercise runs all the same,
so that one can look at it from the first minute on; `checker verify` lists those lines, and proves nothing
as long as there are any.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from checker.course import CONTENTS, Course, CourseError, Exercise

__all__ = ["NAME", "Unwritten", "new_course", "new_exercise", "unwritten_in", "unwritten_of"]

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
"""What an exercise and a chapter may be called: their folders are named so, and are modules of Python."""

_TEMPLATES: Final = Path(__file__).with_name("template")
_SUFFIX: Final = ".template"

_TODO: Final = re.compile(r"\bTODO\b:?\s*(.*)")
_KEPT: Final = ("starter.py", "messages.txt")
"""Beside a solution, what is a copy or made by the kit: nobody writes it."""


@dataclass(frozen=True)
class Unwritten:
    """A line that an author has still to write."""

    path: Path
    line: int
    what: str


def new_course(name: str) -> dict[str, bytes]:
    """The files of a course of this name, by their paths in it, with `/` between the parts."""
    import tomlkit  # Here, since only this command writes TOML.

    title = name.replace("_", " ").strip() or "A course"
    title = title[0].upper() + title[1:]
    return _filled(_TEMPLATES / "course", title=tomlkit.item(title).as_string(), heading=title)


def new_exercise(course: Course, chapter: str, name: str) -> dict[Path, bytes]:
    """The files of a new exercise, and the contents of the course with it in them, which come last.

    Raises `CourseError` if the contents cannot be changed."""
    made = _filled(_TEMPLATES / "exercise", chapter=chapter, name=name)
    exercise = course.root / "exercises" / chapter / name
    solutions = course.root / "solutions" / chapter / name
    files = {}
    for file, content in made.items():
        part, _slash, below = file.partition("/")
        files[{"exercise": exercise, "solution": solutions}[part] / below] = content
    files[solutions / "starter.py"] = made["exercise/exercise.py"]
    files[course.root / CONTENTS] = _enlisted(course, chapter, name)
    return files


def unwritten_of(exercise: Exercise) -> Iterator[Unwritten]:
    """The lines of an exercise that are still to be written, in the order of the files."""
    paths = [*exercise.folder.glob("*"), *exercise.solutions.rglob("*")]
    for path in sorted(paths, key=lambda path: (exercise.solutions in path.parents, path)):
        if path.suffix in (".md", ".py", ".toml", ".txt") and path.name not in _KEPT:
            yield from unwritten_in(path)


def unwritten_in(path: Path) -> Iterator[Unwritten]:
    """The lines of a file that are still to be written; none if it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for number, line in enumerate(lines, 1):
        if found := _TODO.search(line):
            yield Unwritten(path, number, found[1].rstrip(" \t,\"']"))


def _enlisted(course: Course, chapter: str, name: str) -> bytes:
    """The contents of a course with this exercise at the end of its chapter. All else, comments too, is as
    it was."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = course.root / CONTENTS
    try:
        contents = tomlkit.parse(path.read_text(encoding="utf-8"))
        chapters: Sequence[tomlkit.items.Table] = contents["chapters"]
        for entry in chapters:
            if entry["name"] == chapter:
                entry["exercises"].append(name)
                break
        else:
            table = tomlkit.table()
            table.update(
                {"name": chapter, "title": "TODO: the title of the chapter", "exercises": [name]}
            )
            if chapters:
                chapters[-1].add(tomlkit.nl())
            contents["chapters"].append(table)
    except (OSError, ValueError, TOMLKitError) as error:
        raise CourseError(f"{path}: {error}") from None
    return tomlkit.dumps(contents).encode()


def _filled(folder: Path, **places: str) -> dict[str, bytes]:
    """The templates below a folder, by what the files are to be called, with their places filled in."""
    files = {}
    for path in sorted(folder.rglob(f"*{_SUFFIX}")):
        text = Template(path.read_text(encoding="utf-8")).safe_substitute(places)
        files[path.relative_to(folder).as_posix().removesuffix(_SUFFIX)] = text.encode()
    if not files:
        raise CourseError(f"{folder} is missing; the kit is not whole, so install it again")
    return files
