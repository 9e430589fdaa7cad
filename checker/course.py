"""The course on disk: its chapters and exercises, and how each is found by name.

    exercises/course.toml                   the chapters, and the order of the exercises in them
    exercises/<chapter>/<name>/             README.md exercise.toml exercise.py checks.py [driver.py]
    solutions/<chapter>/<name>/             starter.py solution.py alternatives/*.py mistakes/*.py
                                            messages.txt [equivalent.toml]

A learner edits `exercise.py` in place, so a copy of it as it was shipped is kept with the solutions, as
`starter.py`. `checker verify` makes sure that the two are the same.

In a clone of the kit the learner works where the course is. A workspace (see `checker/workspace.py`) holds
only the learner's side of a course, and the rest is read from the installed kit:

    tasklings.toml                          by which a workspace is recognised
    exercises/<chapter>/<name>/             README.md exercise.py
"""

import difflib
import importlib.util
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec

from checker.given import digest, read_given
from checker.translation import _

__all__ = ["MARKER", "Chapter", "Check", "Course", "CourseError", "Exercise", "UnknownName"]

MARKER: Final = "tasklings.toml"
"""The file at the top of a workspace, by which it is recognised."""


class CourseError(Exception):
    """The course on disk is not as it should be; the text says which file, and what to do."""


class UnknownName(Exception):
    """No exercise or chapter has this name; the text names the nearest that exist."""


class _Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `exercise.toml` holds."""

    title: str
    concepts: list[str]
    difficulty: int
    hints: list[str]
    links: list[str] = []


class _ChapterEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    exercises: list[str]


class _Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `course.toml` holds."""

    chapters: list[_ChapterEntry]


class _Workspace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `tasklings.toml` holds: nothing yet, so that a key is a mistake, and not one without effect."""


class Check:
    """A named expectation about an exercise, worth some points. Made by `checker.check`."""

    def __init__(
        self, function: Callable[[Any], None], title: str, points: int, advice: str | None
    ) -> None:
        self.function = function
        """What tries it; it is given a `Case`."""
        self.name: str = function.__name__
        self.title = title
        self.points = points
        self.advice = advice


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its files are read when they are asked for."""

    chapter: str
    short_name: str
    folder: Path
    """What the author wrote: the checks, the hints and the rest."""
    solutions: Path
    work: Path
    """Where the learner works on it: in a clone that is `folder`, in a workspace another one."""
    given: frozenset[str] = frozenset()
    """The digests of all that a workspace was given as `exercise.py`, which may be older than the starter."""

    @property
    def name(self) -> str:
        """`chapter/name`, by which it is known everywhere."""
        return f"{self.chapter}/{self.short_name}"

    @property
    def file(self) -> Path:
        """What the learner edits."""
        return self.work / "exercise.py"

    @property
    def title(self) -> str:
        return self.metadata.title

    @cached_property
    def metadata(self) -> _Metadata:
        metadata: _Metadata = read_toml(self.folder / "exercise.toml", _Metadata)
        return metadata

    @cached_property
    def starter(self) -> bytes:
        """What `exercise.py` was when it was shipped."""
        path = self.solutions / "starter.py"
        try:
            return path.read_bytes()
        except OSError as error:
            raise CourseError(f"{path}: {error.strerror}; copy exercise.py there") from None

    @cached_property
    def driver(self) -> bytes | None:
        """The author's code that uses what the learner writes, if the exercise has any."""
        path = self.folder / "driver.py"
        return path.read_bytes() if path.exists() else None

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The checks, in the order in which they stand in `checks.py`."""
        path = self.folder / "checks.py"
        if not path.is_file():
            raise CourseError(f"{path} is missing; an exercise needs its checks")
        spec = importlib.util.spec_from_file_location(
            f"checks_of_{self.chapter}_{self.short_name}", path
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise CourseError(f"{path}: {type(error).__name__}: {error}") from error
        checks = tuple(value for value in vars(module).values() if isinstance(value, Check))
        if not checks:
            raise CourseError(f"{path}: no checks in it; make some with @check(...)")
        return checks

    @property
    def max_points(self) -> int:
        return sum(check.points for check in self.checks)

    def is_untouched(self, source: bytes) -> bool:
        """Whether `source` is the starter, or an older one that a workspace still has; spaces at the ends
        of lines and blank lines at the end do not count."""
        return digest(source) in {digest(self.starter), *self.given}


@dataclass(frozen=True)
class Chapter:
    name: str
    title: str
    exercises: tuple[Exercise, ...]


@dataclass(frozen=True)
class Course:
    """The exercises of a course, in their order."""

    root: Path
    """Where the learner works: the top of a clone or of a workspace."""
    chapters: tuple[Chapter, ...] = field(default=())
    home: Path | None = None
    """Where the rest of the course is, if `root` is a workspace."""

    @classmethod
    def find(cls, start: Path) -> "Course":
        """The course that `start` is in: the nearest folder at or above it that is a workspace or holds a
        course.

        Raises `CourseError`.
        """
        for folder in (start, *start.parents):
            if is_course(folder):
                return cls.load(folder)
        raise CourseError(
            _(
                "{folder} is not inside a course (no tasklings.toml and no exercises/course.toml here or "
                "above); go to your workspace or your clone of the kit, or make a workspace: "
                "`checker init DIR`",
                folder=start,
            )
        )

    @classmethod
    def load(cls, root: Path) -> "Course":
        """The course of a clone or of a workspace. Raises `CourseError`."""
        home, given = None, {}
        if (root / MARKER).is_file():
            read_toml(root / MARKER, _Workspace)
            home, given = shipped(), read_given(root)
        rest = home or root
        contents = read_toml(rest / "exercises" / "course.toml", _Contents)
        chapters = tuple(
            Chapter(
                entry.name,
                entry.title,
                tuple(
                    Exercise(
                        entry.name,
                        name,
                        folder=rest / "exercises" / entry.name / name,
                        solutions=rest / "solutions" / entry.name / name,
                        work=root / "exercises" / entry.name / name,
                        given=given.get(f"exercises/{entry.name}/{name}/exercise.py", frozenset()),
                    )
                    for name in entry.exercises
                ),
            )
            for entry in contents.chapters
        )
        return cls(root, chapters, home)

    def expect_clone(self, command: str) -> None:
        """Raise `CourseError` in a workspace, for a command that changes the course itself."""
        if self.home is not None:
            raise CourseError(
                _(
                    "`checker {command}` is for authors, and this is a workspace, which holds no checks; "
                    "run it in a clone of the kit",
                    command=command,
                )
            )

    def __iter__(self) -> Iterator[Exercise]:
        for chapter in self.chapters:
            yield from chapter.exercises

    def select(self, names: Iterable[str]) -> list[Exercise]:
        """The exercises of these names (`chapter/name`, a bare name, or a chapter), in the order of
        the course and each once; all of them, if there are no names. Raises `UnknownName`."""
        names = list(names)
        if not names:
            return list(self)
        chosen = {exercise.name for name in names for exercise in self._named(name)}
        return [exercise for exercise in self if exercise.name in chosen]

    def _named(self, name: str) -> list[Exercise]:
        # What the shell completes is a path to the exercise, or to its file.
        wanted = name.strip().removeprefix("./").strip("/")
        wanted = wanted.removeprefix("exercises/").removesuffix("/exercise.py")
        found = [e for e in self if wanted in (e.name, e.short_name, e.chapter)]
        if found:
            return found
        known = {
            *(e.name for e in self),
            *(e.short_name for e in self),
            *(chapter.name for chapter in self.chapters),
        }
        near = difflib.get_close_matches(wanted, sorted(known), n=2, cutoff=0.5)
        match near:
            case [one]:
                meant = _("did you mean {name}?", name=one)
            case [one, other]:
                meant = _("did you mean {one} or {other}?", one=one, other=other)
            case _:
                meant = _("`checker list` shows them all")
        raise UnknownName(
            _("there is no exercise or chapter named {name!r}; {hint}", name=name, hint=meant)
        )


def is_course(folder: Path) -> bool:
    """Whether a folder is the top of a workspace, or of a clone."""
    return (folder / MARKER).is_file() or (folder / "exercises" / "course.toml").is_file()


def shipped() -> Path:
    """Where the course is that comes with the kit: inside an installed kit, or the clone that an editable
    one is run from. Raises `CourseError`."""
    inside = Path(__file__).with_name("shipped")
    for folder in (inside, Path(__file__).parents[1]):
        if (folder / "exercises" / "course.toml").is_file():
            return folder
    raise CourseError(
        _("{folder} is missing; the kit is not whole, so install it again", folder=inside)
    )


def read_toml(path: Path, kind: Any) -> Any:
    """What a TOML file holds, as a struct of this kind. Raises `CourseError`."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}") from None
    except (ValueError, msgspec.ValidationError) as error:
        raise CourseError(f"{path}: {error}") from None
