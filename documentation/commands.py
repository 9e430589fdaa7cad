"""The page of commands, made from the parsers of the command line themselves."""

import argparse
import re
import shlex
from collections.abc import Iterator
from typing import Final

from checker import cli

_HEAD: Final = """\
<!-- Made from the code by `python -m documentation`. -->

# Commands

`checker COMMAND --help` says the same in a terminal, and `checker --version` says which versions of
AnyIO, trio and Python the verdicts depend on.

Every command ends with an exit code: 0 if all is well, 1 if something failed, and 2 if it was used in
a wrong way, or if the machine lacks what it needs.

| command | what it does |
| --- | --- |
"""


def page() -> str:
    """The page, with all commands in the order of the help."""
    rows = [
        f"| [`checker {name}`](#checker-{name}) | {_sentence(purpose)} |\n"
        for name, purpose in cli.COMMANDS.items()
    ]
    return "".join([_HEAD, *rows, *(f"\n{section}" for section in map(_section, cli.COMMANDS))])


def _section(name: str) -> str:
    parser = cli.command_parser(name)
    # argparse has no public way to say what it was told.
    actions = [a for a in parser._actions if a.help is not argparse.SUPPRESS and a.dest != "help"]
    named = [action for action in actions if action.option_strings]
    placed = [action for action in actions if not action.option_strings]
    usage = [f"checker {name}", *map(_placed, placed), *(["[OPTION ...]"] if named else [])]
    parts = [f"## checker {name}\n", f"```text\n{' '.join(usage)}\n```\n"]
    if parser.description:
        parts.append(_prose(parser.description))
    if actions:
        rows = [f"| {_name(action)} | {_help(parser, action)} |\n" for action in placed + named]
        parts.append("| argument | meaning |\n| --- | --- |\n" + "".join(rows))
    if parser.epilog:
        parts.append(_prose(parser.epilog))
    return "\n".join(parts)


def _placed(action: argparse.Action) -> str:
    name = _metavar(action)
    match action.nargs:
        case "?":
            return f"[{name}]"
        case "*":
            return f"[{name} ...]"
        case "+":
            return f"{name} [{name} ...]"
    return name


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest.upper() if action.option_strings else action.dest


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{_metavar(action)}`"
    value = "" if action.nargs == 0 else f" {_metavar(action)}"
    if action.nargs == "?":
        value = f" [{_metavar(action)}]"
    return ", ".join(f"`{option}{value}`" for option in action.option_strings)


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    if not action.help:
        return ""
    said = action.help % {**vars(action), "prog": parser.prog}
    if action.required and action.option_strings:
        said += " (needed)"
    if isinstance(action, argparse._AppendAction):
        said += " (may be given several times)"
    return _sentence(_escaped(said)).replace("|", "\\|")


def _sentence(text: str) -> str:
    """With a capital letter, where the first word is one, and a full stop."""
    text = " ".join(text.split())
    if re.match(r"[a-z]+[ ,:]", text):
        text = f"{text[0].upper()}{text[1:]}"
    return text if text.endswith((".", ":")) else f"{text}."


def _prose(text: str) -> str:
    """Text for a terminal as Markdown: lines that are indented are examples, the others paragraphs."""
    return "\n".join(_blocks(text))


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        shown = [line.removeprefix("  ") for line in block.splitlines() if line.startswith("  ")]
        said = [line.strip() for line in block.splitlines() if not line.startswith("  ")]
        if said:
            yield f"{_sentence(_escaped(' '.join(said)))}\n"
        if shown:
            yield "```text\n" + "\n".join(shown) + "\n```\n"


def _escaped(text: str) -> str:
    """Options and patterns as code, and the rest without what Markdown would take for its own."""
    text = "".join(
        part
        if part.startswith("`")
        else re.sub(r"(?<!\w)(--[\w-]+|<\w+>\S*|\*\.\w+)", r"`\1`", part)
        for part in re.split(r"(`[^`]*`)", text)
    )
    return "".join(
        part if part.startswith("`") else re.sub(r"([_*])", r"\\\1", part)
        for part in re.split(r"(`[^`]*`)", text)
    )


def examples() -> Iterator[tuple[str, list[str]]]:
    """Each example of each command: the name of the command, and the words after it."""
    for name in cli.COMMANDS:
        for line in (cli.command_parser(name).epilog or "").splitlines():
            # What comes after a wide gap is a remark, and after a bar or a bracket, the shell's.
            example = re.match(rf"  checker {name}\b(.*?)(?:(?:\s{{2,}}|\s*[|<>&]).*)?$", line)
            if example:
                yield name, shlex.split(example[1])
