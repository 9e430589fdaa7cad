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

from checker.course import Course, CourseError, Exercise, UnknownName
from checker.harmless import printable
from checker.submission import SubmissionError
from checker.translation import _

if TYPE_CHECKING:
    from checker.feedback.terminal import Screen

PASSED: Final = 0
FAILED: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130

MAX_JOBS: Final = 1000

COMMANDS: Final = {
    "grade": _("grade your work (this is the one you need)"),
    "run": _("show one run: its story and its timeline"),
    "list": _("show the course, and how far you are"),
    "hint": _("give a hint for an exercise, one more each time"),
    "init": _("make a workspace: a folder of your own, with the exercises in it"),
    "update": _("bring new exercises and better texts to your workspace"),
    "completion": _("let your shell complete commands, options and names of exercises"),
    "sweep": _("grade a whole cohort, and make a gradebook (for instructors)"),
    "doctor": _("show how well this machine can isolate submissions (for instructors)"),
    "export": _(
        "write the results of a sweep for a gradebook, a spreadsheet or CI (for instructors)"
    ),
    "mutate": _("make wrong answers by machine, and show those no check catches (for authors)"),
    "verify": _("prove that the checks of an exercise are right (for authors)"),
}

NAMES: Final = ("name", "names", "exercise")
"""What commands call an argument that is the name of an exercise."""


class UsageError(Exception):
    """The command cannot do what it was asked for; the text says what would work."""


_DESCRIPTION = _(
    """\
Small broken programs that teach structured concurrency with AnyIO. Fix
exercises/<chapter>/<name>/exercise.py, and grade it until it passes on asyncio and on trio.
"""
)

_EPILOG = _(
    """\
examples:
  checker list                              what there is to do
  checker grade                             all exercises
  checker grade one_after_another           one exercise, with every detail
  checker run one_after_another             what happened in it, step by step
  checker hint one_after_another            when you are stuck
  checker grade --submission ../somebody    somebody else's clone

`checker COMMAND --help` says more about a command.
"""
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if sys.stdout is None:  # It was closed: what is printed goes nowhere, as was asked for.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    parser = argparse.ArgumentParser(
        prog="checker",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version",
        action=_Version,
        nargs=0,
        help=_("show the versions of what verdicts depend on"),
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=_("commands"))
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, purpose in COMMANDS.items():
        # Only the command that was asked for is imported: the others would cost their start-up.
        module = import_module(f"checker.cli.{name}_command") if name == asked else None
        command = commands.add_parser(
            name, help=purpose, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        if module is not None:
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    given = parser.parse_args(words)
    if given.command is None:
        parser.print_help()
        return PASSED
    run: Callable[[argparse.Namespace], int] = given.run
    try:
        code = run(given)
        sys.stdout.flush()
        return code
    except (CourseError, SubmissionError, UnknownName, UsageError) as error:
        print(f"checker: {printable(str(error))}", file=sys.stderr)
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
        print(f"checker: {error.strerror or error}", file=sys.stderr)
        _forget_stdout()
        return UNUSABLE


def command_parsers() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command. To make them takes a while, since it imports all the commands."""
    parsers = {}
    for name in COMMANDS:
        parsers[name] = argparse.ArgumentParser(prog=f"checker {name}")
        import_module(f"checker.cli.{name}_command").add_arguments(parsers[name])
    return parsers


def add_name(parser: argparse.ArgumentParser) -> None:
    """The argument of a command for one exercise."""
    parser.add_argument("name", metavar="NAME", help=_("chapter/name or name"))


def add_names(parser: argparse.ArgumentParser) -> None:
    """The argument of a command for any exercises and chapters."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=_("chapter/name, name or chapter"))


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


def select_one(course: Course, name: str, command: str) -> Exercise:
    """The exercise of this name. Raises `UnknownName`, and `UsageError` for a chapter."""
    exercises = course.select([name])
    if len(exercises) != 1:
        raise UsageError(
            _(
                "{chapter} is a chapter; name one exercise of it, for example `{command}`",
                chapter=name,
                command=f"checker {command} {exercises[0].short_name}",
            )
        )
    return exercises[0]


def tell_of_update(course: Course, screen: "Screen") -> None:
    """Say so if the kit has something for this workspace that is not there yet."""
    if course.home is None:
        return
    from checker.workspace import is_behind

    if is_behind(course):
        screen.line(_("The kit has something new for this workspace: checker update"))


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
