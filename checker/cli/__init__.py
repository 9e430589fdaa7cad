"""The command line: one small module per command, and no logic of its own.

Exit codes: 0 all passed, 1 something failed, 2 wrong usage or an unsuitable environment.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from checker.cli.usage import Formatter, Parser, explain, meant
from checker.course import Check, Course, CourseError, Exercise, UnknownName
from checker.restore import how_to_restore
from checker.submission import Source, Submission, SubmissionError
from checker.translation import _

if TYPE_CHECKING:
    from checker.feedback.terminal import Screen

PASSED: Final = 0
FAILED: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130

MAX_JOBS: Final = 1000

COMMANDS: Final = {
    "next": _("show what the next exercise asks for"),
    "grade": _("grade your work (this is the one you need)"),
    "watch": _("judge on save, and show the verdict beside your editor"),
    "run": _("show one run: its story and its timeline"),
    "play": _("be the network: choose what comes next, and try to break a program"),
    "predict": _("guess what an exercise does, and see what it really does"),
    "try": _("play your work on the real clock"),
    "hint": _("give a hint for an exercise, one more each time"),
    "solution": _("show the solution of an exercise that you have passed, and how yours differs"),
    "brief": _("show what an exercise asks for"),
    "open": _("open an exercise in your editor"),
    "reset": _("bring the starter of an exercise back, and keep what you wrote"),
    "list": _("show the course, and how far you are"),
    "init": _("make a workspace: a folder of your own, with the exercises in it"),
    "update": _("bring new exercises and better texts to your workspace"),
    "completion": _("let your shell complete commands, options and names of exercises"),
    "sweep": _("grade a whole cohort, and make a gradebook (for instructors)"),
    "demo": _("make up a cohort, to see what a sweep makes of one (for instructors)"),
    "gradebook": _(
        "make the gradebook of a sweep anew, by your rules and corrections (for instructors)"
    ),
    "feedback": _("write what is sent back to students, a page and a text each (for instructors)"),
    "compare": _("show whose marks changed between two sweeps, and why (for instructors)"),
    "doctor": _("show how well this machine can isolate submissions (for instructors)"),
    "export": _(
        "write the results of a sweep for a gradebook, a spreadsheet or CI (for instructors)"
    ),
    "mutate": _("make wrong answers by machine, and show those no check catches (for authors)"),
    "verify": _("prove that the checks of an exercise are right (for authors)"),
    "new": _("make a course of your own, or a new exercise in it (for authors)"),
    "pack": _("pack a course of your own for learners, without its solutions (for authors)"),
}

COURSELESS: Final = frozenset(
    {"compare", "completion", "demo", "doctor", "export", "feedback", "pack"}
)
"""The commands that have no use for `--course`."""

_COURSE: Final = "--course"

NAMES: Final = ("name", "names", "exercise")
"""What commands call an argument that is the name of an exercise."""


class UsageError(Exception):
    """The command cannot do what it was asked for; the text says what would work."""


_DESCRIPTION = _(
    """\
Small broken programs that teach structured concurrency with AnyIO. Fix
exercises/<chapter>/<name>/exercise.py, and grade it until it passes on asyncio and on trio.

`checker` alone says where you are and what is next.
"""
)

_EPILOG = _(
    """\
examples:
  checker                                   where you are
  checker next                              what the next exercise asks for
  checker grade one_after_another           one exercise, with every detail
  checker grade .                           the one whose folder you are in
  checker run one_after_another             what happened in it, step by step
  checker hint one_after_another            when you are stuck
  checker grade --submission ../somebody    somebody else's clone

`checker COMMAND --help` says more about a command.

Set CHECKER_PLAIN=1 for a screen reader: nothing is drawn then, and signs become words. NO_COLOR=1
takes away the colours alone.
"""
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if sys.stdout is None:  # It was closed: what is printed goes nowhere, as was asked for.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    parser = Parser(
        prog="checker", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=Formatter
    )
    parser.add_argument(
        "--version",
        action=_Version,
        nargs=0,
        help=_("show the versions of what verdicts depend on"),
    )
    _add_course(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=_("commands"))
    asked = _command_in(words)
    for name, purpose in COMMANDS.items():
        # Only the command that was asked for is imported: the others would cost their start-up.
        module = import_module(f"checker.cli.{name}_command") if name == asked else None
        command = commands.add_parser(name, help=purpose, formatter_class=Formatter)
        if module is not None:
            module.add_arguments(command)
            if name not in COURSELESS:
                _add_course(command, default=argparse.SUPPRESS)
            command.set_defaults(run=module.run)
    if asked is not None and asked not in COMMANDS and words[0] == asked:
        explain(meant(asked, COMMANDS))
        return UNUSABLE
    if not words or (asked is None and words[0].startswith(_COURSE)):
        parser.set_defaults(run=import_module("checker.cli.overview").run)
    given, unknown = parser.parse_known_args(words)
    if unknown:
        wrong = _("unrecognized arguments: {arguments}", arguments=" ".join(unknown))
        (commands.choices[asked] if asked else parser).error(wrong)
    if given.course is not None and asked in COURSELESS:
        commands.choices[asked].error(_("it has no use for --course; leave it out"))
    run: Callable[[argparse.Namespace], int] = given.run
    try:
        code = run(given)
        sys.stdout.flush()
        return code
    except (CourseError, SubmissionError, UnknownName, UsageError) as error:
        explain(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        print(_("checker: interrupted"), file=sys.stderr, flush=True)
        os._exit(INTERRUPTED)  # Python would wait for the threads, and they for what hangs.
    except BrokenPipeError:
        # Whoever was reading the output has stopped; nothing more can be said there.
        _forget_stdout()
        return FAILED
    except OSError as error:
        # A full disk behind the output, say. Everything else that can fail says so itself.
        reason = error.strerror or str(error)
        explain(reason if error.filename is None else f"{os.fsdecode(error.filename)}: {reason}")
        _forget_stdout()
        return UNUSABLE


def command_parsers() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command. To make them takes a while, since it imports all the commands."""
    return {name: command_parser(name) for name in COMMANDS}


def command_parser(name: str) -> argparse.ArgumentParser:
    """The parser of one command, as it is for whoever reads what the command takes."""
    parser = argparse.ArgumentParser(prog=f"checker {name}")
    import_module(f"checker.cli.{name}_command").add_arguments(parser)
    if name not in COURSELESS:
        _add_course(parser)
    return parser


def _add_course(parser: argparse.ArgumentParser, default: object = None) -> None:
    """The option of all commands that are about a course, and of none, which says where one is in it."""
    parser.add_argument(
        _COURSE,
        metavar="DIR",
        type=Path,
        default=default,
        help=_(
            "the folder of a course of your own, or of a workspace (default: the one that you are in)"
        ),
    )


def _command_in(words: Sequence[str]) -> str | None:
    """The word that names the command, if there is one."""
    for before, word in zip(["", *words], words, strict=False):
        if not word.startswith("-") and before != _COURSE:
            return word
    return None


def add_name(parser: argparse.ArgumentParser) -> None:
    """The argument of a command for one exercise."""
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        help=_(
            "name, chapter/name, or a path to its folder or file (default: the exercise whose folder "
            "you are in, and otherwise the next one of the course)"
        ),
    )


def add_names(parser: argparse.ArgumentParser) -> None:
    """The argument of a command for any exercises and chapters."""
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=_("name, chapter/name, chapter, or a path to a folder or file: `.` is where you are"),
    )


class _Version(argparse.Action):
    """Looks the versions up only when it is asked for them."""

    def __call__(self, parser: argparse.ArgumentParser, *__: object) -> None:
        from checker.sweep.fingerprint import versions_in_use

        found = versions_in_use()
        print(
            f"tasklings {found['tasklings']} (AnyIO {found['anyio']}, trio {found['trio']}, "
            f"Python {found['python']})"
        )
        parser.exit()


def find_course(given: argparse.Namespace) -> Course:
    """The course that `--course` names, or else the one that one stands in. Raises `CourseError`."""
    named: Path | None = given.course
    return Course.find(Path.cwd()) if named is None else Course.named(named)


def select_one(course: Course, name: str | None, command: str) -> Exercise:
    """The exercise of this name. Without a name, it is the one whose folder one stands in, and otherwise
    the next one of the course; the command says which. Raises `UnknownName`, and `UsageError` for a
    chapter, and where everything is passed."""
    if name is None:
        return _here(course) or _next(course, command)
    exercises = course.select([name])
    if len(exercises) != 1:
        raise UsageError(
            _(
                "{name} holds {number} exercises; name one of them, for example `{command}`",
                name=name,
                number=len(exercises),
                command=f"checker {command} {exercises[0].short_name}",
            )
        )
    return exercises[0]


def select_check(exercise: Exercise, name: str | None) -> Check | None:
    """The check of this name, if there is a name. Raises `UsageError`."""
    if name is None:
        return None
    names = [check.name for check in exercise.checks]
    if name not in names:
        raise UsageError(
            _(
                "{exercise} has no check {name!r}; it has {names}",
                exercise=exercise.name,
                name=name,
                names=", ".join(names),
            )
        )
    return exercise.checks[names.index(name)]


def select_source(course: Course, exercise: Exercise, path: Path | None) -> Source:
    """What was handed in for one exercise: in the submission at `path`, or in the course itself. Raises
    `SubmissionError`, and `UsageError` if there is no such file, or it cannot be run."""
    submission = Submission(path or course.root, is_own=path is None)
    submission.expect_any([exercise])
    source = submission.source(exercise)
    if source.missing and source.is_own:
        raise UsageError(how_to_restore(exercise))
    if source.missing or source.fault is not None or source.obstacle is not None:
        reason = source.fault or source.obstacle or _("no such file")
        raise UsageError(f"{source.file}: {reason}")
    return source


def _here(course: Course) -> Exercise | None:
    match course.at(Path.cwd()):
        case [exercise]:
            return exercise
    return None


def _next(course: Course, command: str) -> Exercise:
    from checker.progress import Progress, next_exercise

    following = next_exercise(course, Progress(course))
    if following is None:
        raise UsageError(
            _(
                "you have passed every exercise, so none is next; name one, for example `{command}`",
                command=f"checker {command} {next(iter(course)).short_name}",
            )
        )
    return following


def tell_of_update(course: Course, screen: "Screen") -> None:
    """Say so if the kit has something for this workspace that is not there yet."""
    if course.home is None:
        return
    from checker.workspace import is_behind

    if is_behind(course):
        screen.line(_("There is something new for this workspace: checker update"))


def make_empty(folder: Path, *, beside: Callable[[str], bool] = lambda name: False) -> None:
    """Make a folder, unless there is one that is empty, but for files that may stand `beside` what will be
    written. Raises `UsageError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A repository in which nothing is yet is as good as an empty folder.
        held = sorted(name for name in os.listdir(folder) if name != ".git" and not beside(name))
    except OSError as error:
        raise UsageError(
            _("{folder} cannot be made: {reason}", folder=folder, reason=error.strerror)
        ) from None
    if held:
        raise UsageError(
            _(
                "{folder} is not empty (it holds {name}); name a folder that is not there yet",
                folder=folder,
                name=held[0],
            )
        )


def write_whole(path: Path, text: str | bytes) -> None:
    """Write a file whole or not at all, since the old one is somebody's. Raises `UsageError`."""
    try:
        write_together({path: text.encode("utf-8", "replace") if isinstance(text, str) else text})
    except OSError as error:
        raise UsageError(
            _("{file} cannot be written: {reason}", file=path, reason=error.strerror)
        ) from None


def write_below(root: Path, files: Mapping[Path, bytes]) -> None:
    """Write files below `root`, as `write_together` does, and the folders that they need. Raises
    `UsageError`."""
    try:
        for path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_together(files)
    except OSError as error:
        raise UsageError(
            _(
                "{folder} cannot be written to: {reason} ({file})",
                folder=root,
                reason=error.strerror,
                file=error.filename,
            )
        ) from None


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write each of the files whole or not at all: what is there is replaced only when all of them
    are written, beside where they belong. Raises `OSError`."""
    import secrets  # Here, since they take a while and few commands need them.
    import shutil

    written: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            target = Path(os.path.realpath(path))
            beside = target.with_name(f".{secrets.token_hex(8)}.part")
            with beside.open("xb") as file:
                written[beside] = target
                file.write(content)
            if target.exists():
                shutil.copymode(target, beside)
        for beside, target in written.items():
            beside.replace(target)
    finally:
        for beside in written:
            beside.unlink(missing_ok=True)


def _forget_stdout() -> None:
    """Let Python find nothing to complain of when it flushes stdout at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
