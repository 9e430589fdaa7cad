"""The course on disk: its chapters and exercises, and how each is found by name.

    exercises/course.toml                   the chapters, and the order of the exercises in them
    exercises/<chapter>/                    [README.md], which teaches what the chapter is about
    exercises/<chapter>/<name>/             README.md exercise.toml exercise.py checks.py [driver.py]
    solutions/<chapter>/<name>/             starter.py solution.py note.md alternatives/*.py
                                            mistakes/*.py messages.txt [equivalent.toml]

A learner edits `exercise.py` in place, so a copy of it as it was shipped is kept with the solutions, as
`starter.py`. `checker verify` makes sure that the two are the same.

In a clone of the kit the learner works where the course is. A workspace (see `checker/workspace.py`) holds
only the learner's side of a course, and the rest is read from the installed kit, or from the course that
it names:

    tasklings.toml                          by which a workspace is recognised: [course = "PATH"]
    exercises/<chapter>/<name>/             README.md exercise.py

Any other folder may name a course in its `pyproject.toml`, and is then as good as that course for whoever
stands in it:

    [tool.tasklings]
    course = "PATH"

A course of one's own is laid out as a clone is. In one that was packed for learners there are no solutions,
and its `exercise.py` is the starter: see `checker/pack.py`.
"""

import contextlib
import difflib
import importlib.util
import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec

from checker.given import digest, read_given
from checker.translation import _, ngettext

__all__ = [
    "CONTENTS",
    "MARKER",
    "Answer",
    "Card",
    "Chapter",
    "Check",
    "Course",
    "CourseError",
    "Exercise",
    "NoCourse",
    "Question",
    "UnknownName",
]

MARKER: Final = "tasklings.toml"
"""The file at the top of a workspace, by which it is recognised."""

CONTENTS: Final = Path("exercises", "course.toml")
"""The file that says what is in a course, below its top."""

_PROJECT: Final = "pyproject.toml"


class CourseError(Exception):
    """The course on disk is not as it should be; the text says which file, and what to do."""


class NoCourse(CourseError):
    """There is no course where one was looked for."""


class UnknownName(Exception):
    """No exercise or chapter has this name; the text names the nearest that exist."""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the answers of a card."""

    key: str
    """By which the question in `checks.py` names it."""
    text: str
    because: str
    """Why it is so, or why it is not."""


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question about what the starter does, for before it is touched. Which answer is true is not
    written down: the starter is played, and the question in `checks.py` looks at that."""

    text: str
    answers: list[Answer]
    backend: str = ""
    """The backend that it is about, if the starter does something else on the other one."""
    elsewhere: str = ""
    """What the starter does on the other backend, if that is something else."""

    def number(self, key: str) -> int:
        """The number of an answer, from 1. Raises `KeyError`."""
        for number, answer in enumerate(self.answers, 1):
            if answer.key == key:
                return number
        raise KeyError(key)

    def answer(self, key: str) -> Answer:
        """Raises `KeyError`."""
        return self.answers[self.number(key) - 1]


class _Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `exercise.toml` holds."""

    title: str
    gives: list[str]
    """The concepts that it teaches."""
    difficulty: int
    hints: list[str]
    needs: list[str] = []
    """The concepts that it takes for granted: something before it gives each of them."""
    links: list[str] = []
    asks_for_limits: bool = False
    """Whether the brief asks for time limits: then nobody is advised to do without."""
    question: Card | None = None


class _ChapterEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    exercises: list[str]
    gives: list[str] = []
    """The concepts that its README teaches, before the first exercise."""


class _Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `course.toml` holds."""

    chapters: list[_ChapterEntry]
    title: str = ""
    greeting: str = ""
    """What whoever has done nothing yet is welcomed with."""
    contact: str = ""
    """Where to ask, in a sentence."""


class _Workspace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `tasklings.toml` holds."""

    course: str = ""
    """Where the rest of the course is, if it is not the kit's: a path, from the workspace."""


class _Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `[tool.tasklings]` in a `pyproject.toml` holds."""

    course: str = ""
    """Where the course is: a path, from the folder of the file."""


class _Tools(msgspec.Struct, frozen=True):
    tasklings: _Settings = _Settings()


class _Project(msgspec.Struct, frozen=True):
    """What of a `pyproject.toml` is ours."""

    tool: _Tools = _Tools()


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
        self.asks_for_limits = False
        """Whether the exercise asks for time limits, so that one which runs out is as it should be."""


class Question:
    """What finds out which answer of an exercise's card is true. Made by `checker.question`."""

    def __init__(self, function: Callable[[Any], str | None]) -> None:
        self.function = function
        """What plays it; it is given a `Case`, and returns the key of an answer, or None where none of
        them is true."""
        self.name: str = function.__name__


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
    def shown_file(self) -> str:
        """Where that is in the course, as messages have it."""
        return f"exercises/{self.name}/exercise.py"

    @property
    def title(self) -> str:
        return self.metadata.title

    @cached_property
    def metadata(self) -> _Metadata:
        metadata: _Metadata = read_toml(self.folder / "exercise.toml", _Metadata)
        return metadata

    @property
    def card(self) -> Card | None:
        """The question about its starter, if there is one."""
        return self.metadata.question

    @property
    def example(self) -> Path:
        """What plays the learner's file on the real clock; it need not be there."""
        return self.work / "example.py"

    @property
    def starter_file(self) -> Path:
        """Where `exercise.py` is as it was shipped."""
        path = self.solutions / "starter.py"
        # A course that was packed has no solutions, and nobody works in its own files.
        is_packed = self.work != self.folder and not self.solutions.is_dir()
        return self.folder / "exercise.py" if is_packed else path

    @cached_property
    def starter(self) -> bytes:
        """What `exercise.py` was when it was shipped."""
        path = self.starter_file
        try:
            return path.read_bytes()
        except OSError as error:
            raise CourseError(
                _(
                    "the starter of {exercise} cannot be read: {path}: {reason}; get it from where you got the "
                    "course",
                    exercise=self.name,
                    path=path,
                    reason=error.strerror,
                )
            ) from None

    def known_solutions(self) -> Iterator[bytes]:
        """The solutions that the course came with: the author's, and the alternatives."""
        for path in (self.solutions / "solution.py", *self.solutions.glob("alternatives/*.py")):
            with contextlib.suppress(OSError):
                yield path.read_bytes()

    @property
    def has_solution(self) -> bool:
        """Whether the course came with its solution."""
        return (self.solutions / "solution.py").is_file()

    @property
    def note(self) -> str:
        """What there is to say about the solution, in Markdown; empty if there is no note."""
        try:
            return (self.solutions / "note.md").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    @cached_property
    def driver(self) -> bytes | None:
        """The author's code that uses what the learner writes, if the exercise has any."""
        path = self.folder / "driver.py"
        return path.read_bytes() if path.exists() else None

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The checks, in the order in which they stand in `checks.py`."""
        checks = tuple(value for value in self._judged_by if isinstance(value, Check))
        if not checks:
            path = self.folder / "checks.py"
            raise CourseError(_("{path}: no checks in it; make some with @check(...)", path=path))
        for check in checks:
            check.asks_for_limits = self.metadata.asks_for_limits
        return checks

    @cached_property
    def question(self) -> Question:
        """What finds out which answer of the card is true. Raises `CourseError` if there is none."""
        questions = [value for value in self._judged_by if isinstance(value, Question)]
        if len(questions) != 1:
            path = self.folder / "checks.py"
            raise CourseError(
                ngettext(
                    "{path}: {number} question in it; make one with @question for the card in exercise.toml",
                    "{path}: {number} questions in it; make one with @question for the card in exercise.toml",
                    len(questions),
                    path=path,
                )
            )
        return questions[0]

    @cached_property
    def _judged_by(self) -> tuple[Any, ...]:
        """All that `checks.py` defines."""
        path = self.folder / "checks.py"
        if not path.is_file():
            raise CourseError(_("{path} is missing; an exercise needs its checks", path=path))
        spec = importlib.util.spec_from_file_location(
            f"checks_of_{self.chapter}_{self.short_name}", path
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # That is where a dataclass looks for what its quoted annotations mean.
        sys.modules[spec.name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise CourseError(f"{path}: {type(error).__name__}: {error}") from error
        return tuple(vars(module).values())

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
    folder: Path
    gives: tuple[str, ...] = ()
    """The concepts that its README teaches."""


@dataclass(frozen=True)
class Course:
    """The exercises of a course, in their order."""

    root: Path
    """Where the learner works: the top of a clone or of a workspace."""
    chapters: tuple[Chapter, ...] = field(default=())
    home: Path | None = None
    """Where the rest of the course is, if `root` is a workspace."""
    named_as: str = ""
    """What the marker of a workspace says of where that is; empty for the kit's course."""
    title: str = ""
    """What a course of one's own is called; the kit's has no title."""
    greeting: str = ""
    """What whoever has done nothing yet is welcomed with, in place of the kit's own words."""
    contact: str = ""
    """Where to ask, in a sentence."""

    @classmethod
    def find(cls, start: Path) -> "Course":
        """The course that `start` is in: the nearest folder at or above it that is a workspace, holds a
        course, or names one in its `pyproject.toml`.

        Raises `CourseError`.
        """
        for folder in (start, *start.parents):
            if (top := _top(folder)) is not None:
                return cls.load(top)
        raise NoCourse(
            _(
                "{folder} is not inside a course (no tasklings.toml and no exercises/course.toml here or "
                "above); go to your workspace or your clone of the kit, name a course with `--course DIR`, "
                "or make a workspace: `checker init DIR`",
                folder=start,
            )
        )

    @classmethod
    def named(cls, folder: Path) -> "Course":
        """The course that somebody has named: a clone, a workspace, a course of one's own, or a folder
        whose `pyproject.toml` names one. Raises `CourseError`."""
        top = _top(Path(os.path.abspath(folder)))
        if top is None:
            raise NoCourse(
                _(
                    "{folder} holds no course (no {contents} in it); name the folder that has one, or "
                    "make a course of your own: `checker new DIR`",
                    folder=folder,
                    contents=CONTENTS.as_posix(),
                )
            )
        return cls.load(top)

    @classmethod
    def load(cls, root: Path) -> "Course":
        """The course of a clone or of a workspace. Raises `CourseError`."""
        home, given, named = None, {}, ""
        if (root / MARKER).is_file():
            workspace = read_toml(root / MARKER, _Workspace)
            named = workspace.course
            home = _place(root, MARKER, named) or _of_project(root) or shipped()
            given = read_given(root)
        rest = home or root
        contents = read_toml(rest / CONTENTS, _Contents)
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
                root / "exercises" / entry.name,
                tuple(entry.gives),
            )
            for entry in contents.chapters
        )
        return cls(
            root,
            chapters,
            home,
            named,
            contents.title.strip(),
            contents.greeting.strip(),
            contents.contact.strip(),
        )

    @property
    def has_solutions(self) -> bool:
        """Whether it came with them: a course that was packed for learners does not."""
        return any(exercise.has_solution for exercise in self)

    def expect_clone(self, command: str) -> None:
        """Raise `CourseError` in a workspace, for a command that changes the course itself."""
        if self.home is not None:
            raise CourseError(
                _(
                    "`checker {command}` is for authors, and this is a workspace, which holds no checks; "
                    "run it in a course of your own, or in a clone of the kit",
                    command=command,
                )
            )

    def __iter__(self) -> Iterator[Exercise]:
        for chapter in self.chapters:
            yield from chapter.exercises

    def places(self) -> list[Path]:
        """The folders in which the course is: where the learner works, and where the rest of it is."""
        return [self.root] if self.home is None else [self.root, self.home]

    def answers(self) -> list[Path]:
        """The files and folders that hold answers, or from which some can be had: solutions, checks,
        what Git keeps of them, and what was built from them or quotes them."""
        beside = [self.root / name for name in (".git", "tests", "docs", "build", "dist")]
        roots = [exercise.solutions.parents[1] for exercise in self]
        roots += [exercise.folder.parents[1] for exercise in self]
        return [path for path in dict.fromkeys([*roots, *beside]) if path.exists()]

    def lacking(self) -> Iterator[tuple[Exercise, str]]:
        """Each concept that an exercise needs, and that nothing before it gives: neither an earlier
        exercise nor the README of a chapter up to its own."""
        given: set[str] = set()
        for chapter in self.chapters:
            given.update(chapter.gives)
            for exercise in chapter.exercises:
                for concept in exercise.metadata.needs:
                    if concept not in given:
                        yield exercise, concept
                given.update(exercise.metadata.gives)

    def select(self, names: Iterable[str]) -> list[Exercise]:
        """The exercises of these names, in the order of the course and each once; all of them, if there
        are no names. A name is `chapter/name`, a bare name, a chapter, or a path from the folder one
        stands in: `.`, `..`, a folder of the course or a file in one. Raises `UnknownName`."""
        names = list(names)
        if not names:
            return list(self)
        chosen = {exercise.name for name in names for exercise in self._named(name)}
        return [exercise for exercise in self if exercise.name in chosen]

    def at(self, path: Path) -> list[Exercise] | None:
        """The exercises at or below this path, which need not exist: one, if it is in that one's folder,
        among the exercises or the solutions; None if no exercise of the course can be there."""
        # As it is written, and as it is where links are followed: a file may be one.
        for follow in (os.path.abspath, os.path.realpath):
            inside, root = Path(follow(path)), Path(follow(self.root))
            if inside.is_relative_to(root):
                part, *below = inside.relative_to(root).parts or ("exercises",)
                if part in ("exercises", "solutions"):
                    depth = len(below)
                    return [e for e in self if [e.chapter, e.short_name][:depth] == below[:2]]
        return None

    def nearest(self, wanted: str) -> list[str]:
        """The names that come nearest to `wanted`, each of another exercise or chapter: the one that was meant, beyond
        doubt, or two at the most."""
        short = wanted.rpartition("/")[2] or wanted
        known = [e.short_name for e in self] + [chapter.name for chapter in self.chapters]
        begun = [name for name in known if short and name.startswith(short)]
        sure = difflib.get_close_matches(short, known, n=2, cutoff=0.8)
        return begun[:2] or sure or difflib.get_close_matches(short, known, n=2, cutoff=0.6)

    def _named(self, name: str) -> list[Exercise]:
        # What the shell completes is a path to the exercise, or to its file.
        wanted = name.strip().removeprefix("./").strip("/")
        wanted = wanted.removeprefix("exercises/").removesuffix("/exercise.py")
        found = [e for e in self if wanted in (e.name, e.short_name, e.chapter)]
        if not found and _may_be_path(name.strip()):
            found = self.at(Path(name)) or []
        if found:
            return found
        match self.nearest(wanted):
            case []:
                meant = _("`checker list` shows them all")
            case [one]:
                meant = _("did you mean {name}?", name=one)
            case [one, other, *_more]:
                meant = _("did you mean {one} or {other}?", one=one, other=other)
        raise UnknownName(
            _("there is no exercise or chapter named {name!r}; {hint}", name=name, hint=meant)
        )


def _may_be_path(name: str) -> bool:
    """Whether a path is meant. It need not exist, but a word that is neither there nor looks like one is a
    name that was mistyped, wherever one stands."""
    is_word = os.path.basename(name) == name and not Path(name).suffix
    return bool(name) and (not is_word or os.path.exists(name))


def is_course(folder: Path) -> bool:
    """Whether a folder is the top of a workspace, or of a clone."""
    return (folder / MARKER).is_file() or (folder / CONTENTS).is_file()


def _top(folder: Path) -> Path | None:
    """The top of the course that a folder is, or names; None if it does neither. Raises `CourseError`."""
    return folder if is_course(folder) else _of_project(folder)


def _of_project(folder: Path) -> Path | None:
    """The course that the `pyproject.toml` of a folder names, if it does. Raises `CourseError`."""
    path = folder / _PROJECT
    try:
        if b"tasklings" not in path.read_bytes():
            return None  # Most projects have nothing to do with us, and need not be understood.
    except OSError:
        return None
    return _place(folder, _PROJECT, read_toml(path, _Project).tool.tasklings.course)


def _place(folder: Path, file: str, named: str) -> Path | None:
    """Where the course is that a file in a folder names; None if it names none. Raises `CourseError`."""
    if not named:
        return None
    top = Path(os.path.abspath(folder / os.path.expanduser(named)))
    if not (top / CONTENTS).is_file():
        raise CourseError(
            _(
                "{file} says that the course is in {course}, and there is none; correct the path there, "
                "or get the course again",
                file=folder / file,
                course=top,
            )
        )
    return top


def shipped() -> Path:
    """Where the course is that comes with the kit: inside an installed kit, or the clone that an editable
    one is run from. Raises `CourseError`."""
    inside = Path(__file__).with_name("shipped")
    for folder in (inside, Path(__file__).parents[1]):
        if (folder / CONTENTS).is_file():
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
