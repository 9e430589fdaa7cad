"""How the command line is explained: `--help` and errors, in any width, and what was meant by a word that
is no command."""

import argparse
import difflib
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NoReturn

from checker.course import Course, CourseError, UnknownName
from checker.feedback.terminal import MAX_WIDTH, Screen, wrap
from checker.harmless import printable
from checker.translation import _

__all__ = ["Formatter", "Parser", "explain", "meant"]

_EXAMPLE: Final = re.compile(r"(?P<command>\s+\S.*?\S)\s{2,}(?P<purpose>\S.*)$")
"""A command, and behind at least two spaces what it is good for."""

_OPTION: Final = re.compile(r"\[[^\[\]]*\]")
_NO_BREAK: Final = "\0"

_NARROW: Final = 60

_SAID_ELSEWHERE: Final = {
    "help": "--help",
    "status": "",
    "check": "grade",
    "test": "grade",
    "show": "brief",
    "edit": "open",
    "diff": "solution",
    "undo": "reset",
}
"""What other programs call a command, and its name here."""


class Formatter(argparse.HelpFormatter):
    """Fills paragraphs to the width there is, and leaves examples in their rows where they fit."""

    def __init__(self, prog: str) -> None:
        width = min(shutil.get_terminal_size().columns, MAX_WIDTH)
        super().__init__(prog, max_help_position=24 if width >= _NARROW else 8, width=width)

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None,
    ) -> str:
        width, self._width = self._width, 10_000  # argparse breaks it behind a deep margin only.
        whole = " ".join(super()._format_usage(usage, actions, groups, prefix).split())
        self._width = width
        together = _OPTION.sub(lambda found: found[0].replace(" ", _NO_BREAK), whole)
        margin = " " * (7 if width >= _NARROW else 2)
        return "\n".join(wrap(together, width, "", margin)).replace(_NO_BREAK, " ") + "\n\n"

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        rows: list[str] = []
        paragraph = ""
        for line in [*text.splitlines(), ""]:
            if line and not line.startswith(" "):
                paragraph = f"{paragraph} {line}".lstrip()
                continue
            if paragraph:
                rows += wrap(paragraph, width)
                paragraph = ""
            rows += [""] if not line else self._example(line, width)
        return "\n".join(indent + row for row in rows).rstrip() + "\n"

    def _example(self, line: str, width: int) -> list[str]:
        if len(line) <= width:
            return [line]
        found = _EXAMPLE.match(line)
        command, purpose = (found["command"], found["purpose"]) if found else (line, "")
        rows = wrap(command.strip(), width - 2, "  ", "    ")
        rows = [f"{row} \\" for row in rows[:-1]] + rows[-1:]
        return rows + (wrap(purpose, width, "      ", "      ") if purpose else [])

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(" ".join(text.split()), width)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in a sentence, and which command says what would be right."""

    def error(self, message: str) -> NoReturn:
        explain(message)
        explain(_("`{command}` says what it takes", command=f"{self.prog} --help"))
        self.exit(2)


def explain(message: str) -> None:
    """Write an error: on a terminal in rows of its width, and elsewhere as it is, for programs."""
    screen = Screen(sys.stderr)
    text = f"checker: {printable(message)}"
    if screen.is_terminal:
        screen.paragraph(text, hanging="  ")
    else:
        screen.line(text)


def meant(word: str, commands: Iterable[str]) -> str:
    """What to say of a word that is no command: which one is meant, if that can be told."""
    if word in _SAID_ELSEWHERE:
        suggestion = f"checker {_SAID_ELSEWHERE[word]}".rstrip()
    elif near := difflib.get_close_matches(word, list(commands), n=1, cutoff=0.7):
        suggestion = f"checker {near[0]}"
    elif name := _exercise(word):
        suggestion = f"checker grade {name}"
    else:
        return _(
            "there is no command {word!r}; `{command}` lists them all",
            word=word,
            command="checker --help",
        )
    return _(
        "there is no command {word!r}; did you mean `{command}`?", word=word, command=suggestion
    )


def _exercise(word: str) -> str | None:
    """The exercise or chapter that is called so, or nearly so, where there is a course."""
    try:
        course = Course.find(Path.cwd())
    except CourseError:
        return None
    try:
        course.select([word])
        return word
    except UnknownName:
        return next(iter(course.nearest(word)), None)
