"""`checker open`: an exercise's file in the learner's editor."""

import argparse
import os
import shlex
import subprocess

from checker import cli
from checker.restore import how_to_restore
from checker.translation import _

_EPILOG = _(
    """\
examples:
  checker open                  the exercise whose folder you are in, or the next one
  checker open lost_update
  EDITOR=nano checker open lost_update

The editor is $VISUAL, or else $EDITOR, or else `code` in a terminal of VS Code.
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _("Open the file of an exercise in your editor.")
    parser.epilog = _EPILOG
    cli.add_name(parser)


def run(given: argparse.Namespace) -> int:
    course = cli.find_course(given)
    exercise = cli.select_one(course, given.name, "open")
    file = exercise.file
    if not file.exists():
        raise cli.UsageError(how_to_restore(exercise))
    editor = _editor(exercise.shown_file)
    try:
        code = subprocess.call([*editor, str(file)])
    except OSError as error:
        raise cli.UsageError(
            _(
                "the editor {editor!r} does not start ({reason}); set $VISUAL or $EDITOR to one that does, "
                "or open {file} yourself",
                editor=editor[0],
                reason=(error.strerror or str(error)).lower(),
                file=exercise.shown_file,
            )
        ) from None
    if code:
        raise cli.UsageError(
            _(
                "the editor {editor!r} ended with exit code {code}; open {file} yourself",
                editor=editor[0],
                code=code,
                file=exercise.shown_file,
            )
        )
    return cli.PASSED


def _editor(file: str) -> list[str]:
    """The words of the command that opens a file. Raises `cli.UsageError`."""
    for variable in ("VISUAL", "EDITOR"):
        value = os.environ.get(variable, "")
        try:
            words = shlex.split(value)
        except ValueError as error:
            raise cli.UsageError(
                _(
                    "${variable} is not a command ({reason}); set it to one, for example "
                    "`export {variable}=nano`",
                    variable=variable,
                    reason=error,
                )
            ) from None
        if words:
            return words
    if os.environ.get("TERM_PROGRAM") == "vscode":
        return ["code"]
    raise cli.UsageError(
        _(
            "no editor is known; name yours, for example `export EDITOR=nano`, or open {file} yourself",
            file=file,
        )
    )
