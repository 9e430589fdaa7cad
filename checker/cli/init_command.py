"""`checker init`: a workspace, which is a folder of the learner's own, outside any clone of the kit."""

import argparse
import os
import shlex
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from checker import cli, workspace
from checker.course import MARKER, Course, CourseError, NoCourse, is_course, shipped
from checker.feedback.terminal import Screen
from checker.translation import _, ngettext

_DESCRIPTION = _(
    """\
Make a workspace: a folder with the exercises, for your work, which you can keep in a git repository
of your own. The checks and the solutions stay in the kit.

It also holds settings for VS Code (tasks that grade, with their findings at the lines, and the checks
in the test explorer), and for type checkers and linters, so that they do not give a bug away.
"""
)
_EPILOG = _(
    """\
examples:
  checker init tasklings
  checker init .                            in an empty folder
  checker init work --course ../ours        of a course of your own

exit code: 0 it is made, 2 it cannot be
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.add_argument(
        "folder",
        metavar="DIR",
        type=Path,
        help=_("a folder that is empty or not there yet, or a new repository"),
    )


def run(given: argparse.Namespace) -> int:
    folder: Path = given.folder
    root = Path(os.path.abspath(folder))
    if (root / MARKER).is_file():
        raise cli.UsageError(
            _(
                "{folder} is a workspace already; to bring it up to date: cd {quoted} && checker update",
                folder=folder,
                quoted=shlex.quote(str(folder)),
            )
        )
    home = _home(given, root)
    for above in root.parents:
        if is_course(above):
            raise cli.UsageError(
                _(
                    "{folder} would lie inside {course}, which is a course itself; choose a folder "
                    "outside of it",
                    folder=folder,
                    course=above,
                )
            )
    cli.make_empty(folder, beside=_comes_with_a_repository)
    # First of all, so that whatever is interrupted after it is a workspace, which can be updated.
    cli.write_whole(root / MARKER, workspace.marker(home))
    course = Course.load(root)
    plan = workspace.plan(course, metadata.version("tasklings"))
    cli.write_below(root, plan.files)
    _tell(Screen(sys.stdout), folder, course)
    return cli.PASSED


def _comes_with_a_repository(name: str) -> bool:
    """Whether that is a file with which repositories are made: what is there stays as it is."""
    return name in (".gitignore", ".gitattributes") or name.partition(".")[0] in (
        "README",
        "LICENSE",
        "COPYING",
    )


def _home(given: argparse.Namespace, root: Path) -> str:
    """Where the course is of which there is to be a workspace at `root`; empty for the kit's."""
    try:
        course = cli.find_course(given)
    except NoCourse:
        if given.course is not None:
            raise
        return ""
    home = course.home or course.root
    if home.resolve() == shipped().resolve():
        return ""
    # Two that stand side by side are moved together.
    named = os.path.relpath(home, root) if home.is_relative_to(root.parent) else str(home)
    try:
        named.encode()
    except UnicodeError:
        raise cli.UsageError(
            _("the path {course} is not valid UTF-8; rename the folder of the course", course=home)
        ) from None
    return named


def _tell(screen: Screen, folder: Path, course: Course) -> None:
    if next(iter(course), None) is None:
        raise CourseError(_("the course of the kit has no exercises"))
    if course.title:
        screen.paragraph(course.title, "", "bold")
        screen.line()
    screen.line(
        ngettext(
            "{folder} is your workspace now, with {number} exercise. What next:",
            "{folder} is your workspace now, with {number} exercises. What next:",
            sum(1 for _exercise in course),
            folder=folder,
        )
    )
    screen.line()
    steps = [
        ("checker next", _("what the first program should do, and where it is")),
        ("checker watch", _("judges whenever you save, beside your editor")),
    ]
    if folder != Path():
        steps.insert(0, (f"cd {shlex.quote(str(folder))}", ""))
    for number, (command, purpose) in enumerate(steps, 1):
        screen.line(f"  {number}. {command}")
        if purpose:
            screen.paragraph(purpose, "       ")
    screen.line()
    screen.paragraph(
        _(
            "If you use VS Code, open the folder in it: Run Build Task grades the exercise that you "
            "are looking at."
        )
    )
    if find_spec("pytest") is None:
        screen.paragraph(
            _(
                "Its test explorer needs pytest in the kit's environment (`pipx inject tasklings "
                "pytest`, or `pip install pytest`)."
            )
        )
    screen.paragraph(
        _(
            "When you have upgraded the kit, `checker update` brings what is new, and keeps your work."
        )
        if not course.named_as
        else _(
            "When there is a newer version of the course, `checker update` brings what is new, and keeps "
            "your work."
        )
    )
    if course.contact:
        screen.paragraph(course.contact)
