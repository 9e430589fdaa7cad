"""A pytest plugin: in a course, `pytest exercises` judges every check on each backend as an item.

    exercises/locks_and_limits/lost_update/checks.py::no_lost_update[trio]

In a workspace, which holds no checks, the items stand below the learner's `exercise.py`.

It is for courses that already use pytest: `-k`, `-x`, `--lf`, `--junitxml` and pytest-xdist treat
checks as they treat tests. A check that fails is a failure and says what `checker grade` says; one that
could not be tried is an error, not a failure.

pytest has no word for work that nobody has started: an untouched starter passes and fails its
checks like any other file. pytest has no points either, and `checker list` takes no notice of its runs.

Most projects that have this plugin in their environment have no course. They must not notice it, so it
imports nothing but pytest until there is something to judge.
"""

import os
import re
import shlex
import sys
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from checker.course import Course, Exercise
    from checker.judge.grade import Judging
    from checker.judge.launch import Sandbox
    from checker.report import CheckReport
    from checker.seeds import Seed
    from checker.submission import Submission

_CHECKS: Final = "checks.py"
_WORK: Final = "exercise.py"

_OF_AN_EXERCISE: Final = (_CHECKS, _WORK, "driver.py", "example.py")
"""What an exercise holds. The checks are collected in place of one of these files; all the others run in
the sandbox only, or as a program, whatever pytest is told to collect."""


def pytest_addoption(parser: pytest.Parser) -> None:
    if not _is_for_a_course(parser):
        return  # Another project may have options of these names.
    from checker.translation import _

    group = parser.getgroup("tasklings", _("judging the checks of a Tasklings course"))
    group.addoption(
        "--submission",
        dest="checker_submission",
        metavar="PATH",
        help=_(
            "judge this: a clone of the kit, a folder laid out as exercises/ or solutions/ is, or "
            "one Python file with the checks of one exercise (default: the course's own files)"
        ),
    )
    group.addoption(
        "--submissions",
        dest="checker_submissions",
        metavar="DIR",
        help=_("judge every folder in DIR, each as --submission would"),
    )
    group.addoption(
        "--checker-seed",
        type=_seed,
        metavar="N",
        help=_(
            "draw the secret inputs of checks from N, so that a verdict repeats (default: a new seed "
            "each time)"
        ),
    )
    group.addoption(
        "--thorough",
        dest="checker_thorough",
        action="store_true",
        help=_("look for a world in which a check fails as far as a sweep does"),
    )


def _is_for_a_course(parser: pytest.Parser) -> bool:
    """Whether pytest was called in a course, or for one: this must be known before it is known what
    the words of the command line mean."""
    given = [word.partition("::")[0] for word in sys.argv[1:] if not word.startswith("-")]
    places = [".", parser.extra_info.get("rootdir", "."), *given]
    around = (folder for place in places for folder in _with_parents(place))
    return any(_has_course(folder) for folder in dict.fromkeys(around))


def _with_parents(place: str | Path) -> list[Path]:
    path = Path(os.path.abspath(place))
    return [path, *path.parents]


def _seed(text: str) -> "Seed":
    from checker.arguments import seed

    return seed(text)


@dataclass(frozen=True)
class _Work:
    """Whose work is judged."""

    submission: "Submission"
    path: Path
    label: str = ""
    """What tells it apart in the name of an item."""
    given: bool = True
    """Whether it was asked for; otherwise it is the course itself."""

    @property
    def folder(self) -> Path:
        """What the files in its reports are below."""
        return self.path.parent if self.submission.is_one_file else self.path


class _Shared:
    """What all items of a process share: the seed, what is judged, and the sandbox."""

    def __init__(self, config: pytest.Config) -> None:
        self.start = config.invocation_params.dir
        worker: dict[str, Any] = getattr(config, "workerinput", {})
        seed = worker.get("checker_seed", getattr(config.option, "checker_seed", None))
        self.thorough: bool = getattr(config.option, "checker_thorough", False)
        self._given_seed: Seed | None = seed
        self.option = ""
        """The option that says whose work is judged, as it would be typed; empty without one."""
        self.given: list[_Work] = []
        self.found_checks = False
        self._courses: dict[Path, Course] = {}
        self._sandbox: Sandbox | None = None
        try:
            self._read_options(
                getattr(config.option, "checker_submission", None),
                getattr(config.option, "checker_submissions", None),
                config.rootpath,
            )
        except OSError as error:
            raise pytest.UsageError(
                f"{self.option}: {(error.strerror or str(error)).lower()}"
            ) from None

    def _read_options(self, submission: str | None, submissions: str | None, project: Path) -> None:
        if submission is None and submissions is None:
            return
        from checker.translation import _

        if submission is not None and submissions is not None:
            raise pytest.UsageError(
                _(
                    "--submission is for one submission and --submissions for a folder of them; give "
                    "one of the two"
                )
            )
        if submission is not None:
            self.option = f"--submission {shlex.quote(submission)}"
            self.given = [self._work(submission)]
        elif submissions is not None:
            self.option = f"--submissions {shlex.quote(submissions)}"
            folder = self.start / submissions
            if not folder.is_dir():
                raise pytest.UsageError(
                    _("--submissions: {path} is not a folder", path=submissions)
                )
            names = sorted(f.name for f in folder.iterdir() if f.is_dir() and f.name[0] != ".")
            if not names:
                raise pytest.UsageError(
                    _(
                        "--submissions: there are no folders in {path}; each submission needs its own, "
                        "laid out as exercises/ is",
                        path=submissions,
                    )
                )
            self.given = [self._work(os.path.join(submissions, name), name) for name in names]
        given = Path(os.path.abspath(self.start / (submission or submissions or "")))
        if project.is_relative_to(given) and not self.start.is_relative_to(given):
            # pytest looks for its settings at the first path that it is given.
            raise pytest.UsageError(
                _(
                    "pytest has taken {path} for the project, and its settings from there; say first what "
                    "to judge it by: `{command}`",
                    path=self.shown(project),
                    command=f"pytest exercises {self.option}",
                )
            )

    def _work(self, path: str, name: str = "") -> _Work:
        from checker.harmless import printable
        from checker.submission import Submission, SubmissionError
        from checker.translation import _

        whole = Path(os.path.abspath(self.start / path))
        if not whole.exists():
            raise pytest.UsageError(_("--submission: {path} does not exist", path=path))
        try:
            submission = Submission(whole)
        except SubmissionError as error:
            raise pytest.UsageError(str(error)) from None
        # In the id of an item, `::` has a meaning; nobody's may become that of somebody else.
        label = re.sub(":(?=:)", r":\\", printable(name).replace("\n", "\\n"))
        return _Work(submission, whole, label)

    def works(self, exercise: "Exercise") -> list[_Work]:
        """Whose work of this exercise is judged."""
        if self.given:
            return self.given
        from checker.submission import Submission

        root = exercise.work.parents[2]
        return [_Work(Submission(root, is_own=True), root, given=False)]

    def exercise(self, root: Path, folder: Path) -> "Exercise | None":
        """The exercise in a folder of the course at `root`; None if the course does not list it.
        Raises `CourseError`."""
        from checker.course import Course

        if root not in self._courses:
            self._courses[root] = Course.load(root)
        return next((e for e in self._courses[root] if e.work == folder), None)

    @property
    def sandbox(self) -> "Sandbox":
        """The sandbox of this process, which is started when it is first asked for."""
        from checker.judge.launch import Sandbox

        if self._sandbox is None:
            self._sandbox = Sandbox()
        return self._sandbox

    def close(self) -> None:
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    @cached_property
    def seed(self) -> "Seed":
        """What inputs are drawn from."""
        from checker.seeds import draw_seed

        return draw_seed() if self._given_seed is None else self._given_seed

    def shown(self, path: Path) -> str:
        """A path as somebody who called pytest here would write it."""
        return str(path.relative_to(self.start) if path.is_relative_to(self.start) else path)


_SHARED: Final = pytest.StashKey[_Shared]()


def pytest_configure(config: pytest.Config) -> None:
    shared = config.stash[_SHARED] = _Shared(config)
    config.add_cleanup(shared.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """All workers of pytest-xdist draw from one seed: what the one finds, another can repeat."""
    node.workerinput["checker_seed"] = node.config.stash[_SHARED].seed


def pytest_report_header(config: pytest.Config) -> str | None:
    shared = config.stash[_SHARED]
    if not shared.option and not any(_is_of_course(shared.start, word) for word in config.args):
        return None
    judged = f", {shared.option}" if shared.option else ""
    return f"tasklings: --checker-seed {shared.seed}{judged}"


def _is_of_course(start: Path, argument: str) -> bool:
    """Whether what was given to pytest to collect is a course, or in the exercises of one."""
    path, *above = _with_parents(start / argument.partition("::")[0])
    root = next((folder for folder in (path, *above) if _has_course(folder)), None)
    return root is not None and (path == root or path.is_relative_to(root / "exercises"))


def _has_course(root: Path) -> bool:
    # As `checker.course.is_course`, which is not imported for projects that have no course.
    return _is_workspace(root) or os.path.isfile(root / "exercises" / "course.toml")


def _is_workspace(root: Path) -> bool:
    return os.path.isfile(root / "tasklings.toml")  # That of a path refuses some names.


def _course_around(folder: Path) -> Path | None:
    """The root of the course in which a folder lies where an exercise would; None if in none."""
    above = folder.parents
    fits = len(above) > 2 and above[1].name == "exercises" and _has_course(above[2])
    return above[2] if fits else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect the checks of an exercise as such, and as nothing else: for pytest itself it would be
    a module like any other if it was named on the command line, and so would the submission."""
    found = yield
    if file_path.name not in _OF_AN_EXERCISE:
        return found
    root = _course_around(file_path.parent)
    if root is None:
        return found
    from checker.course import CourseError

    shared = parent.config.stash[_SHARED]
    try:
        exercise = shared.exercise(root, file_path.parent)
    except CourseError as error:
        shared.found_checks = True
        raise parent.CollectError(str(error)) from None
    if exercise is None:
        return found
    if file_path.name != (_WORK if _is_workspace(root) else _CHECKS):
        return []
    shared.found_checks = True
    return [CheckFile.from_parent(parent, path=file_path, exercise=exercise)]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a submission that does not go with what is left when `-k` and others have chosen."""
    refusal = _refusal(config.stash[_SHARED], [i for i in items if isinstance(i, CheckItem)])
    if not refusal:
        return
    if not hasattr(config, "workerinput"):
        raise pytest.UsageError(refusal)
    # From a worker of pytest-xdist an error would come as a crash. It tells, and has nothing to do.
    config.workeroutput["checker_refusal"] = refusal  # type: ignore[attr-defined]
    items.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    refusal = getattr(node, "workeroutput", {}).get("checker_refusal")
    if refusal:
        raise pytest.UsageError(refusal)


def _refusal(shared: _Shared, items: Sequence["CheckItem"]) -> str:
    """Why what was given cannot be judged; empty if it can."""
    if not shared.given:
        return ""
    from checker.translation import _

    if not shared.found_checks:
        return _(
            "no checks of a course were collected by which a submission could be judged; go to "
            "your clone of the kit and run `{command}`",
            command=f"pytest exercises {shared.option}",
        )
    exercises = list({item.exercise.name: item.exercise for item in items}.values())
    if not exercises:
        return ""
    if shared.given[0].submission.is_one_file and len(exercises) > 1:
        return _(
            "{file} is one file; say which exercise it is for, for example `{command}`",
            file=shared.shown(shared.given[0].path),
            command=f"pytest {shared.shown(exercises[0].work)} {shared.option}",
        )
    if all(w.submission.source(e).missing for w in shared.given for e in exercises):
        return _(
            "{option} holds none of the exercises asked for; a submission is a clone of the kit, a "
            "folder with <chapter>/<name>/exercise.py in it, or one file",
            option=shared.option,
        )
    return ""


class CheckFile(pytest.File):
    """The checks of an exercise: its `checks.py`, or in a workspace its `exercise.py`."""

    def __init__(self, *, exercise: "Exercise", **options: Any) -> None:
        super().__init__(**options)
        self._exercise = exercise
        # Where pytest is called below the chapter, its own names do not tell these.
        self.extra_keyword_matches |= {exercise.chapter, exercise.short_name}

    def collect(self) -> Iterator["CheckItem"]:
        from checker.course import CourseError
        from checker.report import BACKENDS

        shared = self.config.stash[_SHARED]
        try:
            checks = self._exercise.checks
        except CourseError as error:
            raise self.CollectError(str(error)) from None
        for work in shared.works(self._exercise):
            judgings = [_Judging(self._exercise, work, b, shared) for b in BACKENDS]
            for number, check in enumerate(checks):
                for judging in judgings:
                    where = "-".join(filter(None, (judging.backend, work.label)))
                    name = f"{check.name}[{where}]"
                    # Left to itself, pytest 9.2 takes the brackets for a part of the name, and does
                    # not know the item again for `--lf`.
                    nodeid = f"{self.nodeid}::{name}"
                    yield CheckItem.from_parent(
                        self, name=name, nodeid=nodeid, judging=judging, number=number
                    )


class CheckItem(pytest.Item):
    """One check, of one submission, on one backend."""

    def __init__(self, *, judging: "_Judging", number: int, **options: Any) -> None:
        super().__init__(**options)
        self.exercise = judging.exercise
        self._judging = judging
        self._number = number
        self._report: CheckReport | None = None

    def setup(self) -> None:
        # It is judged here, and what came of it told in `runtest`, since what goes wrong in a set-up
        # is an error for pytest and all its reports, and no failure.
        self._report = self._judging.judge(self._number)
        if self._report.status == "not_graded":
            pytest.fail(self._judging.tell(self._report), pytrace=False)

    def runtest(self) -> None:
        assert self._report is not None
        if self._report.status != "passed":
            pytest.fail(self._judging.tell(self._report), pytrace=False)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        shown = super().repr_failure(excinfo, style)
        place = getattr(shown, "reprcrash", None)
        if isinstance(excinfo.value, pytest.fail.Exception) and place and self._report:
            # What summaries, annotations and `--tb=line` show: not where we are, but the learner.
            place.path = self._judging.path
            place.lineno = self._report.line or 1
            place.message = self._judging.said(self._report)[0]
        return shown

    def reportinfo(self) -> tuple[Path, int, str]:
        if self.path.name != _CHECKS:
            return self.path, 0, self.name
        function = self.exercise.checks[self._number].function
        return self.path, function.__code__.co_firstlineno - 1, self.name


class _Judging:
    """The checks of one submission on one backend, and how they are told."""

    def __init__(self, exercise: "Exercise", work: _Work, backend: str, shared: _Shared) -> None:
        self.exercise = exercise
        self.backend = backend
        self._work = work
        self._shared = shared

    @cached_property
    def _judging(self) -> "Judging":
        from checker.judge.grade import Judging
        from checker.judge.search.explore import QUICK, THOROUGH

        source = self._work.submission.source(self.exercise)
        depth = THOROUGH if self._shared.thorough else QUICK
        return Judging(self.exercise, source, self.backend, self._shared.seed, depth)

    @property
    def path(self) -> str:
        """The file that is judged, as it is shown."""
        return self._shared.shown(self._work.folder / self._judging.source.file)

    def judge(self, number: int) -> "CheckReport":
        try:
            return self._judging.judge(number, self._shared.sandbox)[0]
        except BaseException:
            # Somebody's limit of time, say, in the middle of a run: what is left of it is nobody's.
            self._shared.close()
            raise

    def said(self, report: "CheckReport") -> tuple[str, str]:
        """What was seen, and what to try next."""
        from checker.harmless import printable

        return printable(report.told), printable(report.advice)

    def tell(self, report: "CheckReport") -> str:
        """All that there is to say of a check that did not pass."""
        from checker.harmless import printable
        from checker.report import to_see, to_try

        seen, advice = self.said(report)
        rows = [f"{report.title} ({self.backend})", seen]
        if report.line is None:
            rows.append(self.path)
        else:
            rows.append(f"{self.path}:{report.line}")
            # As bytes: a text has other ends of lines than Python.
            lines = self._judging.source.content.splitlines()
            if report.line <= len(lines):
                code = lines[report.line - 1].decode("utf-8", "replace").strip()
                rows.append(f"{report.line:>4} | {printable(code)}")
        if advice:
            rows.append(to_try(advice))
        if report.replay:
            command = f"checker run {self.exercise.short_name} --replay {report.replay}"
            if self._work.given:
                command += f" --submission {shlex.quote(self._shared.shown(self._work.path))}"
            rows.append(to_see(command))
        return "\n".join(rows)
