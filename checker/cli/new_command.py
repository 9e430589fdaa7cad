"""Make a course of your own, or a new exercise in it.

NAME is a folder that is empty or not there yet: it becomes a course, with one worked exercise to learn
from. In a course, NAME is chapter/name: it becomes an exercise with all its files, at the end of its
chapter. What you have to write is marked with the word TODO, and `checker verify` lists those lines.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

from checker import cli, scaffold
from checker.course import CONTENTS, Course, NoCourse, is_course
from checker.feedback.terminal import Screen

_EPILOG = """\
examples:
  checker new our_course                    a course, in a folder of its own
  checker new first_steps/lost_letters      in a course: a new exercise
  checker verify lost_letters               what is still missing in it

exit code: 0 it is made, 2 it cannot be
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.epilog = _EPILOG
    parser.add_argument("target", metavar="NAME", help="a folder, or chapter/name in a course")


def run(given: argparse.Namespace) -> int:
    chapter, slash, name = given.target.partition("/")
    screen = Screen(sys.stdout)
    try:
        course = cli.find_course(given)
    except NoCourse:
        if given.course is not None:
            raise
        course = None
    if course is not None and slash and all(map(scaffold.NAME.fullmatch, (chapter, name))):
        _make_exercise(screen, course, chapter, name)
    elif given.course is not None:
        raise cli.UsageError(
            f"{given.target!r} is not a name for an exercise; write chapter/name, each in lower-case "
            "letters, digits and _, for example `checker new first_steps/lost_letters`"
        )
    else:
        _make_course(screen, Path(given.target))
    return cli.PASSED


def _make_course(screen: Screen, folder: Path) -> None:
    root = Path(os.path.abspath(folder))
    for above in (root, *root.parents):
        if is_course(above):
            raise cli.UsageError(
                f"{folder} would lie inside {above}, which is a course already; for a new exercise in it, "
                "write chapter/name, each in lower-case letters, digits and _, and for another course "
                "name a folder outside of it"
            )
    cli.make_empty(folder)
    files = scaffold.new_course(root.name)
    cli.write_below(root, {root / file: content for file, content in files.items()})
    (first,) = Course.load(root)
    screen.paragraph(
        f"{folder} is a course now, with one exercise to learn from, {first.name}. What next:"
    )
    screen.line()
    steps = [
        f"Give it a title, a greeting, and where to ask, in {CONTENTS}.",
        f"checker new {first.chapter}/my_exercise",
        "checker verify my_exercise",
        "checker pack",
    ]
    if folder != Path():
        steps.insert(0, f"cd {shlex.quote(str(folder))}")
    for number, step in enumerate(steps, 1):
        screen.paragraph(f"{number}. {step}", "  ", hanging="   ")
    screen.line()
    screen.paragraph("README.md in it says what each of these does.")


def _make_exercise(screen: Screen, course: Course, chapter: str, name: str) -> None:
    course.expect_clone("new")
    taken = {exercise.short_name for exercise in course} | {each.name for each in course.chapters}
    if name in taken or name == chapter:
        raise cli.UsageError(
            f"an exercise or a chapter is already named {name}; choose another name"
        )
    files = scaffold.new_exercise(course, chapter, name)
    contents = course.root / CONTENTS
    there = [path for path in files if path != contents and os.path.lexists(path)]
    if there:
        raise cli.UsageError(f"{there[0]} is there already; move it away, or take another name")
    cli.write_below(course.root, files)
    screen.paragraph(f"{chapter}/{name} is in the course now. Fill in what says TODO:")
    screen.line()
    for part in ("exercises", "solutions"):
        folder = course.root / part / chapter / name
        screen.line(f"  {os.path.relpath(folder)}/")
        below = [str(path.relative_to(folder)) for path in files if path.is_relative_to(folder)]
        screen.paragraph(", ".join(sorted(below)), "      ")
    if chapter not in {each.name for each in course.chapters}:
        screen.line(f"  {os.path.relpath(contents)}")
        screen.paragraph("the title of the new chapter", "      ")
    screen.line()
    at = (
        "" if course.root == _around() else f" --course {shlex.quote(os.path.relpath(course.root))}"
    )
    for command, purpose in (
        (f"checker verify {name}{at}", "what is still to be written, and then whether it is right"),
        (f"checker grade {name}{at}", "what a learner sees"),
    ):
        screen.paragraph(f"{command}: {purpose}", "  ", hanging="  ")


def _around() -> Path | None:
    """The top of the course that one stands in."""
    try:
        return Course.find(Path.cwd()).root
    except NoCourse:
        return None
