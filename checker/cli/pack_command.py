"""Pack a course of your own for learners, in one ZIP file, without its solutions.

Unpacked, it is a workspace: learners find the exercises, their briefs and hints in it, and the checks, so
that `checker grade` works. Solutions, mistakes and notes stay with you. The same course makes the same
file, byte for byte.
"""

import argparse
import os
import sys
from importlib import metadata
from pathlib import Path

from checker import cli
from checker.course import Course
from checker.feedback.terminal import Screen
from checker.pack import archive, pack

_EPILOG = """\
examples:
  checker pack                              the course that you are in
  checker pack our_course -o starter.zip

exit code: 0 it is packed, 2 it cannot be: something is missing, or still to be written
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    parser.add_argument(
        "folder",
        metavar="COURSE",
        nargs="?",
        type=Path,
        help="the folder of a course (default: the one that you are in)",
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=Path,
        help="the file to write (default: the name of the course's folder, with .zip)",
    )


def run(given: argparse.Namespace) -> int:
    course = Course.find(Path.cwd()) if given.folder is None else Course.named(given.folder)
    course.expect_clone("pack")
    out: Path = given.out or Path(f"{course.root.name}.zip")
    if out.is_dir():
        raise cli.UsageError(f"{out} is a folder; name a file in it, such as {out / 'starter.zip'}")
    files = pack(course, metadata.version("tasklings"))
    packed = archive(files)
    cli.write_whole(out, packed)
    exercises = len(list(course))
    screen = Screen(sys.stdout)
    screen.paragraph(
        f"{os.path.relpath(out)}: {exercises} exercise{'' if exercises == 1 else 's'}, "
        f"{len(files)} files, {max(len(packed) >> 10, 1)} KiB, no solutions"
    )
    screen.paragraph("Learners unpack it into an empty folder; README.md in it says what to do.")
    screen.paragraph("Nothing was proved here: `checker verify` says whether the checks are right.")
    return cli.PASSED
