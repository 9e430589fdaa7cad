"""A workspace: a folder of the learner's own, outside any clone, with the learner's side of a course.

    tasklings.toml                      by which it is recognised
    exercises/<chapter>/<name>/         README.md exercise.py [example.py]
    docs/primer.md                      what to read first
    pyproject.toml .vscode/             settings, so that editors are of use and do not give a bug away
    .gitignore .gitattributes
    .checker/given.txt                  what the kit wrote here: see `checker/given.py`

Checks, hints and solutions stay in the kit, so that a workspace is small and they are upgraded with it. The
marker of a workspace of another course says where that is.

`plan` compares a workspace with the kit, and one rule holds for every file: what is as it was given may be
replaced, and what is not is the learner's. Nothing is ever deleted. A workspace that is being made is one
that lacks everything, so to make it is to bring it up to date, and whatever was interrupted is simply done
again.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from checker import given
from checker.course import MARKER, Course, CourseError
from checker.translation import _

__all__ = ["Changed", "UpdatePlan", "handed_out", "is_behind", "is_newer", "marker", "plan"]

_TEMPLATES: Final = {
    MARKER: "tasklings.toml",
    ".gitignore": "gitignore",
    ".gitattributes": "gitattributes",
    "pyproject.toml": "pyproject.toml",
    ".vscode/extensions.json": "vscode-extensions.json",
    ".vscode/settings.json": "vscode-settings.json",
    ".vscode/tasks.json": "vscode-tasks.json",
}
"""Each file that is no exercise, and what it is called in the kit, where its own name would take effect."""

_SETTINGS: Final = ".vscode/settings.json"
_INTERPRETER: Final = re.compile(rb'("python\.defaultInterpreterPath": )"(?:[^"\\]|\\.)*"')

_ANY_INTERPRETER: Final = "python3"
"""What is written where it is not known yet on which machine the workspace will be."""

_OF_AN_EXERCISE: Final = ("README.md", "example.py")
"""What of an exercise's folder is for the learner; `exercise.py` comes from its starter."""

_PRIMER: Final = "docs/primer.md"
"""What to read first: the page that the first chapter leads to."""


@dataclass(frozen=True)
class _Shipped:
    """A file as the kit has it."""

    content: bytes
    path: Path
    """Where the kit has it."""


@dataclass(frozen=True)
class Changed:
    """A file that the learner has changed, and that the kit has changed since it gave it."""

    file: str
    path: Path
    """Where the kit's is."""


@dataclass(frozen=True)
class UpdatePlan:
    """What there is to do in a workspace. Files are named by their paths there, with `/` between the
    parts."""

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    changed: tuple[Changed, ...]
    """What the learner may want to look at; nothing is done about it."""
    dropped: tuple[str, ...]
    """The folders of exercises that are no longer in the course."""
    files: dict[Path, bytes]
    """What to write, in this order: at the end the list of all that was given, so that whatever is
    interrupted before is done again."""


def marker(course: str = "") -> bytes:
    """What `tasklings.toml` holds, in a workspace of the course that is there; without one, of the kit's."""
    if not course:
        return _read(_template(_TEMPLATES[MARKER]))
    # What a basic string of TOML may hold, and what it must escape, is as in JSON.
    named = json.dumps(course, ensure_ascii=False).replace("\x7f", "\\u007f")
    text = _read(_template("tasklings-course.toml")).decode()
    return Template(text).substitute(course=named).encode()


def plan(course: Course, version: str, *, tells_again: bool = False) -> UpdatePlan:
    """What brings the workspace of this course up to date with the kit, which has this version. What was
    changed on both sides is told once, or also if it `tells_again`.

    Raises `CourseError` if the kit is not whole."""
    known = given.read_given(course.root)
    shipped = dict(_shipped(course))
    digests: dict[str, set[str]] = {}
    added, replaced, changed = [], [], []
    files = {}
    for file, ours in shipped.items():
        path = course.root / file
        new, old = _digest(file, ours.content), known.get(file, frozenset())
        digests[file] = {new}
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            added.append(file)
            files[path] = ours.content
            continue
        except OSError:  # It cannot be read, or is a folder: it is none of ours.
            continue
        if _digest(file, content) == new:
            if file == _SETTINGS and content != ours.content:
                files[path] = ours.content  # The interpreter is another one.
        elif _digest(file, content) in old:
            replaced.append(file)
            files[path] = ours.content
        else:
            if (old and new not in old) or (tells_again and len(old) > 1):
                changed.append(Changed(file, ours.path))
            digests[file] |= old
    pairs = [(one, file) for file in digests for one in digests[file]]
    text = given.listed(pairs, version).encode()
    listing = course.root / given.FILE
    if files or not listing.is_file() or listing.read_bytes() != text:
        files[listing] = text
    dropped = {file.rpartition("/")[0] for file in known.keys() - shipped.keys()}
    return UpdatePlan(
        tuple(added),
        tuple(replaced),
        tuple(changed),
        tuple(
            sorted(
                folder
                for folder in dropped
                if folder.startswith("exercises/") and (course.root / folder).is_dir()
            )
        ),
        files,
    )


def handed_out(course: Course, version: str) -> dict[str, bytes]:
    """The files of a workspace of this course that nobody has had yet, by their paths there.

    Raises `CourseError` if the course is not whole."""
    files = {file: ours.content for file, ours in _shipped(course, interpreter=_ANY_INTERPRETER)}
    pairs = [(_digest(file, content), file) for file, content in files.items()]
    files[given.FILE.as_posix()] = given.listed(pairs, version).encode()
    return files


def is_behind(course: Course) -> bool:
    """Whether the kit has something for the workspace of this course that it has not given it."""
    known = given.read_given(course.root)
    try:
        return any(
            _digest(file, ours.content) not in known.get(file, ())
            for file, ours in _shipped(course)
        )
    except CourseError:
        return False


def is_newer(root: Path, version: str) -> str:
    """The version of a newer kit than this `version` that has given something to the workspace; empty if
    there was none."""
    newest = max(given.read_versions(root), key=_release, default=version)
    return newest if _release(newest) > _release(version) else ""


def _release(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _shipped(
    course: Course, *, interpreter: str = sys.executable
) -> Iterator[tuple[str, _Shipped]]:
    """All that a workspace of this course holds, by its path there. Raises `CourseError`."""
    for file, name in _TEMPLATES.items():
        path = _template(name)
        content = marker(course.named_as) if file == MARKER else _read(path)
        if file == _SETTINGS:
            quoted = json.dumps(interpreter).encode()
            content = _INTERPRETER.sub(lambda found: found[1] + quoted, content)  # noqa: B023
        yield file, _Shipped(content, path)
    assert course.home is not None
    for folder in (Path("exercises"), *(Path("exercises", c.name) for c in course.chapters)):
        path = course.home / folder / "README.md"
        if path.is_file():
            yield (folder / "README.md").as_posix(), _Shipped(_read(path), path)
    primer = course.home / _PRIMER
    if primer.is_file():
        yield _PRIMER, _Shipped(_read(primer), primer)
    for exercise in course:
        below = f"exercises/{exercise.name}"
        for name in _OF_AN_EXERCISE:
            path = exercise.folder / name
            if path.is_file():
                yield f"{below}/{name}", _Shipped(_read(path), path)
        yield f"{below}/exercise.py", _Shipped(exercise.starter, exercise.starter_file)


def _template(name: str) -> Path:
    return Path(__file__).with_name("template") / name


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(
            _("{path}: {reason}; get the course again", path=path, reason=error.strerror)
        ) from None


def _digest(file: str, content: bytes) -> str:
    # The interpreter is this machine's, and no change of the learner's.
    return given.digest(_INTERPRETER.sub(rb"\1", content) if file == _SETTINGS else content)
