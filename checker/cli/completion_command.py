"""`checker completion`: a script by which a shell completes commands, options and names of exercises."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from checker import cli
from checker.completion import SHELLS, Command, Kind, Option, script
from checker.course import Course, CourseError
from checker.harmless import printable
from checker.translation import _

_DESCRIPTION = _(
    """\
Print a script that lets your shell complete commands, options and names of exercises.

The names are those of the course that you are in, or that `--course` names. After an upgrade, make the
script again.
"""
)
_EPILOG = _(
    """\
examples, one for each shell; then open a new one:
  checker completion bash >~/.checker.bash && echo '. ~/.checker.bash' >>~/.bashrc
  checker completion zsh >~/.checker.zsh && echo '. ~/.checker.zsh' >>~/.zshrc
  checker completion fish >~/.config/fish/completions/checker.fish
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("shell", nargs="?", choices=SHELLS, help=_("the shell that you use"))
    which.add_argument(
        "--names",
        nargs=argparse.REMAINDER,
        metavar="WORD",
        help=_(
            "print the names that can be completed behind these words instead; the scripts ask for them"
        ),
    )


def run(given: argparse.Namespace) -> int:
    if given.names is not None:
        for name, title in _names(_place(given.names)):
            print(f"{name}\t{printable(title)}")
    else:
        sys.stdout.write(script(given.shell, _commands()))
    return cli.PASSED


def _place(words: Sequence[str]) -> Path | None:
    """The course that is named among the words that have been typed."""
    typed = iter(words)
    for word in typed:
        option, equals, value = word.partition("=")
        if option == "--course":
            if not equals:
                value = next(typed, "")
            if value == "=":  # bash takes it for a word.
                value = next(typed, "")
            return Path(value).expanduser() if value else None
    return None


def _names(place: Path | None) -> Iterator[tuple[str, str]]:
    """The chapters and exercises of the course at a place, or here, with their titles; none where there is no
    course, since whoever presses Tab asked for no error."""
    try:
        course = Course.find(Path.cwd()) if place is None else Course.named(place)
        found = [(chapter.name, chapter.title) for chapter in course.chapters]
        found += [(exercise.short_name, exercise.title) for exercise in course]
    except (CourseError, OSError):
        return
    yield from found


def _commands() -> list[Command]:
    commands = []
    for name, parser in cli.command_parsers().items():
        options = [action for action in parser._actions if action.option_strings]
        places = [_value(action) for action in parser._actions if not action.option_strings]
        commands.append(
            Command(
                name,
                _short(cli.COMMANDS[name]),
                tuple(Option(tuple(o.option_strings), _short(o.help), _value(o)) for o in options),
                places[0] if places else Kind.NOTHING,
            )
        )
    return commands


def _value(action: argparse.Action) -> Kind | tuple[str, ...]:
    """What follows an option, or stands in a place of the command line."""
    if action.nargs == 0:
        return Kind.NOTHING
    if action.choices is not None:
        return tuple(str(choice) for choice in action.choices)
    if action.dest in cli.NAMES:
        return Kind.NAMES
    return Kind.FILES if action.type is Path else Kind.ANYTHING


def _short(help: str | None) -> str:
    """The first part of a help, which is all that there is room for beside what is completed."""
    return re.split(r"; | \(", help or "")[0]
