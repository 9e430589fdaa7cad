"""Write the results of a sweep for another program: a gradebook, a spreadsheet, CI.

OUT is the folder that `checker sweep -o OUT` made. A format for a whole cohort is written to one file
(without -o, it is printed); a format for one student's work is written to one file per student, in the
folder that -o names. Existing files are overwritten, whole or not at all.
"""

import argparse
import difflib
import sys
from pathlib import Path

from checker import cli
from checker.sweep.exports import FORMATS, encode_cohort, encode_students

_FORMAT_LINES = "\n".join(
    f"  {name:<12} {format.purpose}{' (one file each)' if format.one_each else ''}"
    for name, format in FORMATS.items()
)

_EPILOG = f"""\
formats:
{_FORMAT_LINES}

examples:
  checker export sweep --to csv                          to look at
  checker export sweep --to canvas -o grades.csv
  checker export sweep --to gradescope -o results/       results/<student>.json
  checker export sweep --to csv --rules rules.toml       by other rules, this once

`checker gradebook --help` shows what rules may say, and how to correct a mark by hand.

exit code: 0 written, 2 wrong usage
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of a sweep")
    parser.add_argument(
        "--to", metavar="FORMAT", type=_format, required=True, help="which format: see below"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        type=Path,
        help="the file to write, or the folder for one file per student (default: print it)",
    )
    parser.add_argument(
        "--rules",
        metavar="FILE",
        type=Path,
        help="a TOML file: how points become marks (default: the rules in OUT, if there are any)",
    )


def run(given: argparse.Namespace) -> int:
    from checker.cli.gradebook import tell
    from checker.sweep.book import open_book
    from checker.sweep.journal import JournalError
    from checker.sweep.marks import RulesError
    from checker.sweep.rosters import RosterError

    one_each = FORMATS[given.to].one_each
    if one_each and given.output is None:
        raise cli.UsageError(
            f"{given.to} is a file a student; say in which folder, for example "
            f"`checker export {given.out} --to {given.to} -o {given.to}/`"
        )
    try:
        book = open_book(given.out, given.rules)
    except (JournalError, RulesError, RosterError) as error:
        raise cli.UsageError(str(error)) from None
    # What is printed goes where it is sent; a file among other things may be committed with them.
    tell(book, *([] if given.output is None else [given.output]))
    cohort, rules = book.cohort, book.rules
    if one_each:
        _write_folder(given.output, encode_students(given.to, cohort, rules))
    elif given.output is None:
        sys.stdout.buffer.write(encode_cohort(given.to, cohort, rules))
    else:
        _write_file(given.output, encode_cohort(given.to, cohort, rules))
    return cli.PASSED


def _format(text: str) -> str:
    if text not in FORMATS:
        near = difflib.get_close_matches(text, FORMATS, n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise argparse.ArgumentTypeError(
            f"there is no format {text!r}; {meant}there are {', '.join(FORMATS)}"
        )
    return text


def _write_folder(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        cli.write_together({folder / name: content for name, content in files.items()})
    except OSError as error:
        raise _unwritable(folder, error) from None


def _write_file(path: Path, content: bytes) -> None:
    try:
        if path.is_dir():
            raise cli.UsageError(f"{path} is a folder; name a file in it")
        if path.exists() and not path.is_file():
            path.write_bytes(content)  # A pipe or a device is nothing to be replaced.
        else:
            cli.write_together({path: content})
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> cli.UsageError:
    return cli.UsageError(
        f"{path} cannot be written to ({error.strerror}); give another path with -o"
    )
